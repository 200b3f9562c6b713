import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testPostgresVariable } from '../packages/store-postgres/testkit/start-test-postgres.ts';
import { startDatabases } from './databases.ts';
import { measureAll } from './measure.ts';
import { helpText, readOptions, WrongOption } from './options.ts';
import { peers } from './peers/index.ts';
import { goals } from './report/goals.ts';
import { performancePage, type Report } from './report/performance-page.ts';
import { runCell } from './run-cell.ts';
import { sizes } from './sizes.ts';
import { millrace } from './subjects.ts';
import { workloads } from './workloads/index.ts';

type Printed = Readonly<{
  rows: readonly Readonly<Record<string, unknown>>[];
  notes: readonly Readonly<Record<string, string>>[];
  machine: Readonly<Record<string, unknown>>;
}>;

const program = fileURLToPath(new URL('./main.ts', import.meta.url));
const minutes = (count: number) => count * 60_000;

function bench(...args: readonly string[]): SpawnSyncReturns<string> {
  const env = { ...process.env, DATABASE_URL: process.env[testPostgresVariable] };
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', env });
}

/** Runs it on sizes that show nothing but that it works; what it prints is JSON and nothing else. */
function measure(...args: readonly string[]): Printed {
  const { status, stdout, stderr } = bench('--json', '--sizes', 'tiny', '--rounds', '1', ...args);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Printed;
}

const metricsOf = ({ rows }: Printed, workload: string, mode: string) =>
  rows.filter((row) => row.workload === workload && row.mode === mode).map(({ metric, unit }) => `${metric} ${unit}`);

describe('its neighbours', () => {
  it.each([
    ['scale.ts', '--only SHAPE'],
    ['../tools/simulate.ts', '--keep-going'],
  ])('%s tell their options', (file, option) => {
    const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), '--help'], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, expect.stringContaining(option)]);
  });
});

describe('npm run bench', () => {
  it(
    'measures what runs against every system, with a worker of either place',
    () => {
      const printed = measure('--only', 'start-latency,single-step,queued-million', '--database', 'memory');
      for (const mode of ['in-process', 'remote']) {
        expect(metricsOf(printed, 'start-latency', mode)).toEqual(['p50 ms', 'p99 ms']);
        expect(metricsOf(printed, 'single-step', mode)).toEqual(['throughput runs/s']);
      }
      for (const row of printed.rows) {
        expect(Object.keys(row)).toEqual(['workload', 'subject', 'mode', 'metric', 'unit', 'min', 'median', 'max']);
        expect(row.subject).toBe('millrace');
        for (const figure of [row.min, row.median, row.max]) expect(figure).toBeGreaterThan(0);
      }
      expect(printed.notes).toEqual(
        ['in-process', 'remote'].map((mode) => ({
          workload: 'queued-million',
          subject: 'millrace',
          mode,
          note: 'does not apply: it is about a database',
        })),
      );
      expect(printed.machine).toMatchObject({
        cpu: expect.any(String),
        cores: expect.any(Number),
        kernel: expect.any(String),
        node: process.versions.node,
        database: 'none: the memory store of Millrace',
      });
    },
    minutes(3),
  );

  it(
    'measures what is about a database, in one that it makes and drops',
    () => {
      const only = 'queued-million,old-snapshot,api-list,single-step';
      const printed = measure('--only', only, '--database', 'outside', '--worker', 'in-process');
      expect(metricsOf(printed, 'single-step', 'in-process')).toEqual([
        'throughput runs/s',
        'transactions for each run transactions',
      ]);
      expect(metricsOf(printed, 'queued-million', 'in-process')).toHaveLength(6);
      expect(metricsOf(printed, 'old-snapshot', 'in-process')).toHaveLength(3);
      expect(metricsOf(printed, 'api-list', 'server')).toContain('p99 ms');
      expect(printed.machine.database).toMatch(/^PostgreSQL \d+\.\d+ \(outside; .*fsync=/);
    },
    minutes(3),
  );

  it('ends what is not done in time, and says so', async () => {
    const options = readOptions(['--only', 'single-step', '--database', 'memory', '--sizes', 'tiny', '--rounds', '1']);
    if (options === null) throw new Error('That was no call for help.');
    const subject = millrace('in-process');
    const task = { workload: 'single-step', subject, where: 'memory', sizes: sizes.tiny, budgetMs: 1_000 } as const;
    expect(await runCell(task, 1, null)).toMatchObject({
      type: 'failed',
      error: expect.stringContaining('not done within'),
    });
    const databases = await startDatabases('memory');
    const { rows, notes, failed } = await measureAll({ ...options, withinMs: 0 }, databases, [], () => {});
    expect([rows, failed, new Set(notes.map(({ note }) => note))]).toEqual([
      [],
      0,
      new Set(['round 1 not measured: the 0 minutes for all were over']),
    ]);
  });

  it('goes on after a cell that cannot be opened', async () => {
    const options = readOptions(['--only', 'single-step', '--database', 'memory', '--sizes', 'tiny', '--rounds', '1']);
    if (options === null) throw new Error('That was no call for help.');
    const broken = {
      describe: '',
      create: () => Promise.reject(new Error('no room for a database')),
      stop: async () => {},
    };
    const { rows, notes, failed } = await measureAll(options, broken, [], () => {});
    expect([rows, failed, notes[0]?.note]).toEqual([[], 2, 'failed: no room for a database']);
  });

  it('refuses what does not exist, and says what does', () => {
    const refusal = (...args: readonly string[]): string => {
      try {
        readOptions(args);
      } catch (error) {
        expect(error).toBeInstanceOf(WrongOption);
        return (error as Error).message;
      }
      return 'It was accepted.';
    };
    const names = (all: readonly Readonly<{ name: string }>[]) => all.map(({ name }) => name).join(', ');
    expect(refusal('--only', 'single-step,nothing')).toBe(
      `There is no workload "nothing". There are: ${names(workloads)}.`,
    );
    expect(refusal('--peers', 'airflow')).toBe(`There is no peer "airflow". There are: ${names(peers)}.`);
    expect(refusal('--worker', 'elsewhere')).toBe(
      '--worker expects in-process, remote, both; "elsewhere" is none of them.',
    );
    expect(refusal('--rounds', '0')).toBe('--rounds expects a whole number above 0, not "0".');
    expect(refusal('--speed', 'high')).toMatch(/^Unknown option '--speed'.*\nOptions: --only, /s);
  });

  it(
    'ends with exit code 2 and an empty stdout when it refuses',
    () => {
      const { status, stdout, stderr } = bench('--only', 'nothing', '--json');
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^There is no workload "nothing"/);
    },
    minutes(1),
  );

  it('tells in its help every workload and every peer', () => {
    for (const { name } of [...workloads, ...peers]) expect(helpText()).toContain(`  ${name} `);
  });
});

describe('docs/performance.md', () => {
  const row = { workload: 'sequence-10', metric: 'idle p50', unit: 'ms' };
  const report: Report = {
    rows: [
      { ...row, subject: 'millrace', mode: 'in-process', min: 4, median: 5, max: 6 },
      { ...row, subject: 'millrace', mode: 'remote', min: 9, median: 10, max: 11 },
      { ...row, subject: 'dbos', mode: 'direct', min: 10, median: 20, max: 30 },
      {
        ...row,
        subject: 'millrace',
        mode: 'in-process',
        metric: 'throughput',
        unit: 'steps/s',
        min: 1,
        median: 2,
        max: 3,
      },
      { ...row, subject: 'dbos', mode: 'direct', metric: 'throughput', unit: 'steps/s', min: 8, median: 8, max: 8 },
    ],
    notes: [
      { workload: 'sequence-10', subject: 'dbos', mode: 'default', note: 'does not apply: it is slow' },
      { workload: 'sequence-10', subject: 'dbos', mode: 'tuned', note: 'does not apply: it is slow' },
      { workload: 'sequence-10', subject: 'pg-boss', mode: 'default', note: 'failed: It was not done within 60 s.' },
    ],
    machine: {
      at: '2026-11-26T20:00:00.000Z',
      cpu: 'A processor',
      cores: 2,
      memoryGb: 24,
      kernel: 'Linux 6.1',
      node: '24.0.0',
      database: 'PostgreSQL 18.4',
      peers: { dbos: '@dbos-inc/dbos-sdk 5.3.0' },
      commit: 'abcdef0',
      loadBefore: 0.1,
      loadAfter: 1.5,
    },
  };
  const lines = performancePage(report).split('\n');

  it('tells for each goal what was measured, and whether it is met', () => {
    expect(lines).toContain('| sequence-10 | in-process | idle p50 | ≤ 6 ms | 4 / **5** / 6 | met |');
    expect(lines).toContain('| sequence-10 | in-process | throughput | ≥ 30,000 steps/s | 1 / **2** / 3 | missed |');
    expect(lines).toContain('| sequence-10 | remote | throughput | ≥ 30,000 steps/s | – | not measured |');
  });

  it('compares others with the in-process worker: less time is better, and so is a higher rate', () => {
    expect(lines).toContain('| dbos | direct | idle p50 | 10 / **20** / 30 | ms | 4x better |');
    expect(lines).toContain('| dbos | direct | throughput | 8 / **8** / 8 | steps/s | 4x worse |');
  });

  it('says why cells are missing, once for all of them, and leaves out what was not measured', () => {
    expect(lines).toContain('* dbos default, dbos tuned: does not apply: it is slow.');
    expect(lines).toContain('* pg-boss default: failed: It was not done within 60 s.');
    expect(lines.filter((line) => line.startsWith('## '))).toEqual([
      '## Goals and figures',
      '## sequence-10: ten steps in a row',
      '## Method',
      '## Other systems',
      '## Repeat it',
    ]);
  });

  it('warns when the machine had other work', () => {
    const busy = performancePage({ ...report, machine: { ...report.machine, loadBefore: 9 } });
    expect(busy).toContain('The machine was busy with other work: 9 processes');
    expect(lines.join('\n')).not.toContain('busy');
  });

  it('has goals only for figures that exist', () => {
    const names = workloads.map(({ name }) => name);
    for (const { workload } of goals) expect(names).toContain(workload);
  });
});
