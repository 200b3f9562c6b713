// What the pages do when the server does not know who calls (any more).
//
// A request that is answered 401 waits, unseen by whoever made it: first the session is renewed, with the cookie that no script can
// read; if that is over, the sign-in comes over the page. Then the request is sent again. So a page keeps what was typed into it, and a
// form that was sent arrives, however long somebody was away.
import { readToken } from './token.ts';

/** Set when a provider sent the browser back without somebody; read before the router makes the address its own. */
export const signInProblem: string | null = readSignInProblem();

function readSignInProblem(): string | null {
  const query = new URLSearchParams(window.location.search);
  const [code, provider] = [query.get('sign_in_error'), query.get('provider') ?? 'The provider'];
  if (code === null) return null;
  return code === 'identity_provider_unavailable'
    ? `${provider} does not answer. Try again, or sign in another way.`
    : `${provider} has let nobody in (${code}). Try again, or ask an administrator whether your account may.`;
}

const listeners = new Set<() => void>();
let asked = false;
let answer: (() => void) | null = null;
let recovering: Promise<void> | null = null;

/** Whether somebody has to sign in. */
export const isSignInAsked = (): boolean => asked;

export function onSignInChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setAsked(next: boolean): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** Somebody has signed in: what waited goes on. */
export function signedIn(): void {
  answer?.();
  answer = null;
  setAsked(false);
}

/** Resolves when the server may know again who calls. Any number may wait. */
export function recoverSession(): Promise<void> {
  recovering ??= renewOrAsk().finally(() => {
    recovering = null;
  });
  return recovering;
}

async function renewOrAsk(): Promise<void> {
  if (readToken() === null && (await isRenewed())) return;
  await new Promise<void>((resolve) => {
    answer = resolve;
    setAsked(true);
  });
}

/** `conflict`: another tab was quicker, and its new cookies are this one's too. */
async function isRenewed(): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const { ok, status } = await fetch('/api/v1/session/renew', { method: 'POST', headers, body: '{}' });
  return ok || status === 409;
}

/** What tells who somebody is cannot wait until that is known. */
const isAboutSessions = (url: string): boolean =>
  ['/sign-in', '/set-up', '/set-password'].some((path) => url.includes(`/api/v1${path}`));

/** `fetch`, for requests that need somebody who makes them. */
export async function fetchAsSomebody(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.status !== 401 || isAboutSessions(String(input))) return response;
  await recoverSession();
  return fetch(input, init);
}
