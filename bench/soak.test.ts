import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { judge, type Slice } from './soak/judge.ts';

const megabyte = 1024 * 1024;

const slice = (at: number, given: Partial<Slice> = {}): Slice => ({
  steps: 1_000 * at,
  seconds: at,
  stepsPerSecond: 1_000,
  p50Ms: 10,
  p99Ms: 30,
  heapBytes: 50 * megabyte,
  rssBytes: 200 * megabyte,
  removedRuns: 100 * at,
  tableBytes: { attempt: 100 * megabyte, work: megabyte },
  ...given,
});

const growing = (given: (at: number) => Partial<Slice>): readonly string[] =>
  judge(Array.from({ length: 9 }, (_, at) => slice(at, given(at))))
    .filter(({ flat }) => !flat)
    .map(({ what }) => what);

describe('the verdict of a soak', () => {
  it('is flat for what stays, swings, or grew only at the beginning', () => {
    expect(growing(() => ({}))).toEqual([]);
    expect(growing((at) => ({ p50Ms: 10 + (at % 2) * 3, heapBytes: (50 + (at % 3) * 10) * megabyte }))).toEqual([]);
    expect(growing((at) => ({ tableBytes: { attempt: Math.min(at, 3) * 100 * megabyte } }))).toEqual([]);
  });

  it('names what grows', () => {
    expect(growing((at) => ({ p50Ms: 10 * at }))).toEqual(['latency p50']);
    expect(growing((at) => ({ p99Ms: 30 * 2 ** at }))).toEqual(['latency p99']);
    expect(growing((at) => ({ heapBytes: at * 50 * megabyte }))).toEqual(['heap']);
    expect(growing((at) => ({ rssBytes: at * 50 * megabyte }))).toEqual(['memory']);
    expect(growing((at) => ({ tableBytes: { attempt: at * 100 * megabyte, work: at * megabyte } }))).toEqual([
      'table attempt',
    ]);
  });

  it('is not flat when there are too few slices to tell', () => {
    expect(judge([slice(0), slice(1)]).some(({ flat }) => flat)).toBe(false);
  });
});

describe('npm run soak', () => {
  it('writes as many steps as it should, removes runs meanwhile, and prints JSON', { timeout: 240_000 }, () => {
    const program = fileURLToPath(new URL('./soak.ts', import.meta.url));
    const args = ['--json', '--steps', '9000', '--keep', '0.2', '--at-once', '20', '--slices', '6'];
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', program, ...args], {
      encoding: 'utf8',
    });
    expect([0, 1], stderr).toContain(status);
    const { slices, verdicts } = JSON.parse(stdout) as { slices: Slice[]; verdicts: unknown[] };
    expect(slices).toHaveLength(6);
    expect(slices.at(-1)?.steps).toBeGreaterThanOrEqual(9_000);
    expect(slices.at(-1)?.removedRuns).toBeGreaterThan(0);
    expect(verdicts.length).toBeGreaterThan(8);
  });
});
