import { fileURLToPath } from 'node:url';
import { StepFault } from '../attempt-results.ts';

/** A language whose programs the worker can start on its own machine. */
export type Runtime = Readonly<{
  name: 'shell' | 'node' | 'python';
  /** Other names for it. */
  aliases: readonly string[];
  /** Programs to try, best first; `version` is what the step asks for, or null. */
  programs(version: string | null, alias: string): readonly string[];
  extension: string;
  options: readonly string[];
  /** Variables that make output arrive when it is printed. */
  env: Readonly<Record<string, string>>;
  /** A program in that language that runs scripts in forks of itself (`warm-runtimes.ts`), or null. */
  server: string | null;
}>;

const runtimes: readonly Runtime[] = [
  {
    name: 'shell',
    aliases: ['sh', 'bash'],
    programs: (_version, alias) => [alias === 'bash' ? 'bash' : 'sh'],
    extension: '.sh',
    options: [],
    env: {},
    server: null,
  },
  {
    name: 'node',
    aliases: ['nodejs', 'javascript', 'js'],
    programs: (version) =>
      version === null ? [process.execPath, 'node'] : [process.execPath, 'node', `node${version}`],
    extension: '.js',
    options: [],
    env: {},
    server: null,
  },
  {
    name: 'python',
    aliases: ['python3', 'py'],
    programs: (version) => (version === null ? ['python3', 'python'] : [`python${version}`, 'python3', 'python']),
    extension: '.py',
    options: [],
    env: { PYTHONUNBUFFERED: '1' },
    server: fileURLToPath(new URL('warm/python-server.py', import.meta.url)),
  },
];

/** The runtime of that name. Throws a StepFault that lists the known ones. */
export function runtimeNamed(name: string): Runtime {
  const wanted = name.toLowerCase();
  const found = runtimes.find((runtime) => runtime.name === wanted || runtime.aliases.includes(wanted));
  if (found !== undefined) return found;
  const close = closest(wanted);
  throw new StepFault({
    code: 'unknown_runtime',
    message: `runtime: ${JSON.stringify(name)} is not known; expected ${runtimes.map((runtime) => runtime.name).join(', ')}.`,
    ...(close === null ? {} : { hint: `Did you mean ${close}?` }),
    retryable: false,
  });
}

function closest(name: string): string | null {
  let best: string | null = null;
  let least = 3;
  for (const candidate of runtimes.flatMap((runtime) => [runtime.name, ...runtime.aliases])) {
    const distance = editDistance(name, candidate);
    if (distance >= least || distance >= candidate.length) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
