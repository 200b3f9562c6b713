import { MillraceError } from '@millrace/core';
import type { Clock } from '../ports/clock.ts';

const most = 30;
const windowMs = 5 * 60_000;
/** As many addresses as are remembered; the oldest are forgotten first. */
const mostAddresses = 10_000;

export type FailureLimit = Readonly<{
  /** Throws `rate_limited` for an address that has failed too often lately. */
  check(address: string): void;
  failed(address: string): void;
}>;

/**
 * Counts what failed, by address, in the memory of this server: a token cannot be guessed, so this only keeps somebody who tries
 * from making work and filling the audit log.
 */
export function createFailureLimit(clock: Clock): FailureLimit {
  const failures = new Map<string, { count: number; readonly since: number }>();
  const current = (address: string) => {
    const found = failures.get(address);
    return found === undefined || found.since + windowMs <= clock.now() ? null : found;
  };
  return {
    check(address) {
      if ((current(address)?.count ?? 0) < most) return;
      throw new MillraceError('rate_limited', 'Too many workers from this address were refused.', {
        hint: 'Try again in a few minutes, with a join token that is good.',
      });
    },
    failed(address) {
      const counted = current(address);
      if (counted !== null) {
        counted.count += 1;
        return;
      }
      failures.delete(address);
      const [oldest] = failures.keys();
      if (oldest !== undefined && failures.size >= mostAddresses) failures.delete(oldest);
      failures.set(address, { count: 1, since: clock.now() });
    },
  };
}
