import type { Instant } from '@millrace/core';

/** A command line that wants to work as somebody, who says so in his browser. Its secrets come here only as hashes. */
export type LoginRequest = Readonly<{
  /** Hash of the verifier, which never left the command line. */
  challenge: string;
  /** Hash of what leads to it: a part of its address, or what is typed. */
  codeHash: string;
  /** Where the browser goes on its own machine once the person has answered; null: the browser is on another machine. */
  callback: LoginCallback | null;
  /** What the command line calls its machine. */
  machine: string;
  /** Where the request came from. */
  address: string;
  createdAt: Instant;
  until: Instant;
}>;

/** A port of 127.0.0.1, and a text by which the command line there knows that it is meant. */
export type LoginCallback = Readonly<{ port: number; state: string }>;

export type NewLoginRequest = Omit<LoginRequest, 'createdAt' | 'until'>;

/** What a person said. `proofHash`: hash of what his browser brings to the callback. */
export type LoginAnswer = Readonly<{ account: string; allowed: boolean; proofHash: string | null }>;

/** `unknown`: there is none (any more), or the proof is not the one. */
export type LoginOutcome =
  | Readonly<{ outcome: 'allowed'; account: string; machine: string }>
  | Readonly<{ outcome: 'refused' | 'waiting' | 'unknown' }>;

/** Requests live for minutes, are answered once, and are used up by whoever has the verifier. */
export type LoginRequestStore = Readonly<{
  add(request: NewLoginRequest, lifeMs: number): Promise<void>;
  /** One that nobody has answered yet. */
  find(codeHash: string): Promise<LoginRequest | null>;
  /** null: there is none, or it has been answered. Of several at once, one answers. */
  answer(codeHash: string, answer: LoginAnswer): Promise<LoginRequest | null>;
  /** Uses up what was answered; one that waits stays. `proofHash` must be that of the answer. */
  take(challenge: string, proofHash: string | null): Promise<LoginOutcome>;
}>;
