import { afterEach, expect, it, vi } from 'vitest';
import { tellAuditHead } from './tell-audit-head.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('the end of the audit log is told at once, and every hour in which it moved', async () => {
  vi.useFakeTimers();
  let number = 7;
  let broken = false;
  const head = async () => {
    if (broken) throw new Error('The database is gone.');
    return { number, hash: 'ab' };
  };
  const lines: string[] = [];
  const stop = tellAuditHead({ audit: { head } as never }, (line) => lines.push(line));
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(lines).toEqual(['audit log at 7:ab']);
  broken = true;
  number = 9;
  await vi.advanceTimersByTimeAsync(3_600_000);
  broken = false;
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(lines).toEqual(['audit log at 7:ab', 'audit log at 9:ab']);
  stop();
  number = 10;
  await vi.advanceTimersByTimeAsync(7_200_000);
  expect(lines).toHaveLength(2);
});
