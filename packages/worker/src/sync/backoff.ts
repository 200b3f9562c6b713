/**
 * How long to wait after so many failures in a row: 50 ms, doubled each time up to `maxMs`, of which a random half is
 * left out, so that the workers of a server that comes back do not all call at once.
 */
export function backoffMs(failures: number, maxMs: number): number {
  const full = Math.min(maxMs, 50 * 2 ** Math.min(failures - 1, 20));
  return full * (0.5 + Math.random() / 2);
}
