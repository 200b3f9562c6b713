import type { AttemptRef, CachedOutput, EndedAttempt, OutboxMessage, RunId } from '@millrace/core';
import { attemptText } from './run-checks.ts';
import { Violation } from './violation.ts';

type Put = Readonly<{ output: string | null; at: number; until: number }>;

const refText = (ref: AttemptRef): string => `${ref.run}:${attemptText(ref)}`;

/** What commits put into the cache, and what attempts asked of it. */
export class CacheChecks {
  readonly #puts = new Map<string, Put[]>();
  readonly #asked = new Map<string, Readonly<{ key: string; at: number }>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  put(cached: readonly CachedOutput[]): void {
    const at = this.#now();
    for (const { key, output, ttlMs } of cached) {
      const puts = this.#puts.get(key) ?? [];
      puts.push({ output, at, until: at + ttlMs });
      this.#puts.set(key, puts);
    }
  }

  asked(run: RunId, message: OutboxMessage): void {
    if (message.kind !== 'look_up_cache') return;
    this.#asked.set(refText({ run, ...message.from }), { key: message.key, at: this.#now() });
  }

  /** An output from the cache was put there under its key, and had not expired when it was asked for. */
  checkHit(ref: AttemptRef, { output }: EndedAttempt): void {
    const asked = this.#asked.get(refText(ref));
    if (asked === undefined) throw new Violation('cache_is_true', `Attempt ${refText(ref)} did not ask the cache.`);
    const puts = this.#puts.get(asked.key) ?? [];
    if (puts.some((put) => put.output === output && put.until > asked.at && put.at <= this.#now())) return;
    throw new Violation('cache_is_true', `The output ${output} of attempt ${refText(ref)} was not in the cache.`);
  }
}
