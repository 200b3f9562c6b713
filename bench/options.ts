import { parseArgs } from 'node:util';
import type { DatabaseKind } from './databases.ts';
import type { WorkerPlace } from './millrace/open-engine.ts';
import { peers } from './peers/index.ts';
import type { Peer } from './peers/peer.ts';
import { type SizeName, sizes } from './sizes.ts';
import type { Workload } from './workload.ts';
import { workloads } from './workloads/index.ts';

export type Options = Readonly<{
  workloads: readonly Workload[];
  peers: readonly Peer[];
  rounds: number;
  workers: readonly WorkerPlace[];
  database: DatabaseKind;
  sizes: SizeName;
  budgetMs: number;
  /** How long all of it may take; cells that are left then are not measured. */
  withinMs: number;
  json: boolean;
  writeDocs: boolean;
  /** A file that an earlier run printed with `--json`, in place of measuring; null: measure. */
  from: string | null;
  /** A folder for CPU profiles; null: none are taken. */
  profiles: string | null;
}>;

/** Something that was asked for and does not exist; the message says what does. */
export class WrongOption extends Error {}

/** All workloads on all systems take less on a machine of two cores that is quiet. */
const minutesForARound = 22;

const definition = {
  only: { type: 'string' },
  peers: { type: 'string', default: 'none' },
  rounds: { type: 'string', default: '3' },
  worker: { type: 'string', default: 'both' },
  database: { type: 'string', default: 'embedded' },
  'database-url': { type: 'string' },
  sizes: { type: 'string', default: 'full' },
  budget: { type: 'string', default: '12' },
  within: { type: 'string' },
  profile: { type: 'string' },
  json: { type: 'boolean', default: false },
  'write-docs': { type: 'boolean', default: false },
  from: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** null: help was asked for. */
export function readOptions(args: readonly string[]): Options | null {
  const values = parse(args);
  if (values.help) return null;
  const rounds = positive('--rounds', values.rounds);
  return {
    workloads: choose('workload', workloads, values.only),
    peers: values.peers === 'none' ? [] : choose('peer', peers, values.peers === 'all' ? undefined : values.peers),
    rounds,
    workers: workersOf(values.worker),
    database: databaseOf(values.database, values['database-url'] ?? process.env.DATABASE_URL),
    sizes: oneOf('--sizes', Object.keys(sizes) as SizeName[], values.sizes),
    budgetMs: positive('--budget', values.budget) * 1_000,
    withinMs: positive('--within', values.within ?? `${minutesForARound * rounds}`) * 60_000,
    json: values.json,
    writeDocs: values['write-docs'],
    from: values.from ?? null,
    profiles: values.profile ?? null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: definition }).values;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new WrongOption(
      `${said}\nOptions: ${Object.keys(definition)
        .map((name) => `--${name}`)
        .join(', ')}.`,
    );
  }
}

function choose<Named extends Readonly<{ name: string }>>(
  noun: string,
  all: readonly Named[],
  names: string | undefined,
): readonly Named[] {
  if (names === undefined) return all;
  const wanted = names.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(', ');
    throw new WrongOption(`There is no ${noun} ${unknown.map((name) => `"${name}"`).join(', ')}. There are: ${known}.`);
  }
  return all.filter(({ name }) => wanted.includes(name));
}

function oneOf<Name extends string>(option: string, names: readonly Name[], value: string): Name {
  const found = names.find((name) => name === value);
  if (found !== undefined) return found;
  throw new WrongOption(`${option} expects ${names.join(', ')}; "${value}" is none of them.`);
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new WrongOption(`${option} expects a whole number above 0, not "${text}".`);
}

function workersOf(text: string): readonly WorkerPlace[] {
  const place = oneOf('--worker', ['in-process', 'remote', 'both'], text);
  return place === 'both' ? ['in-process', 'remote'] : [place];
}

function databaseOf(text: string, url: string | undefined): DatabaseKind {
  const kind = oneOf('--database', ['embedded', 'outside', 'memory'], text);
  if (kind !== 'outside') return kind;
  if (url !== undefined) return { url };
  throw new WrongOption(
    '--database outside needs --database-url or DATABASE_URL, of a user that may create databases: ' +
      'postgresql://user:password@host:port/postgres.',
  );
}

export function helpText(): string {
  const list = (all: readonly Readonly<{ name: string; describe: string }>[]): string => {
    const width = Math.max(...all.map(({ name }) => name.length));
    return all.map(({ name, describe }) => `  ${name.padEnd(width)}  ${describe}`).join('\n');
  };
  return `Measures Millrace, and others beside it, on this machine: npm run bench -- [options]

  --only WORKLOAD[,…]      these workloads (default: all)
  --peers none|all|NAME[,…]  also these systems, installed on demand below bench/peers (default: none)
  --rounds N               how often each cell is measured; subjects take turns (default: 3)
  --worker PLACE           in-process, remote (a process of its own, over HTTP), or both (default: both)
  --database KIND          embedded, outside (with --database-url or DATABASE_URL), or memory (default: embedded)
  --database-url URL       of a PostgreSQL and a user that may create databases
  --sizes full|tiny        tiny: only to see that all works; its figures mean nothing (default: full)
  --budget SECONDS         how long one cell may measure (default: 12)
  --within MINUTES         how long all may take; what is left then is not measured (default: 22 for each round)
  --profile FOLDER         writes a CPU profile of each cell's process there
  --write-docs             also writes docs/performance.md
  --from FILE              what an earlier run printed with --json, in place of measuring
  --json                   prints {"rows": […], "notes": […], "machine": {…}} and nothing else

Workloads:
${list(workloads)}

Peers:
${list(peers)}

Examples:
  $ npm run bench -- --only single-step,sequence-10 --worker in-process
  $ npm run bench -- --only start-latency --peers dbos,restate --rounds 5
  $ npm run bench -- --only fan-out-1000 --worker in-process --profile /tmp/profiles
`;
}
