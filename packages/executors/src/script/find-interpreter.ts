import { execFile } from 'node:child_process';
import { StepFault } from '../attempt-results.ts';
import { lookUpProgram } from '../processes/find-program.ts';
import type { Runtime } from './runtimes.ts';

/** Version texts by program: asked once for each, since starting an interpreter takes tens of milliseconds. */
const versions = new Map<string, Promise<string>>();

/**
 * The interpreter for a runtime: the first that exists, and with `version` (`3`, `3.11`) the first whose version begins
 * with it. Throws a StepFault: `program_missing`, `runtime_version_missing`.
 */
export async function findInterpreter(
  runtime: Runtime,
  alias: string,
  version: string | null,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const names = runtime.programs(version, alias);
  const seen: string[] = [];
  for (const name of names) {
    const program = lookUpProgram([name], cwd, env.PATH);
    if (program === null) continue;
    if (version === null) return program;
    const actual = await versionOf(program, env);
    if (matches(actual, version)) return program;
    seen.push(`${program} is ${actual === '' ? 'of unknown version' : actual}`);
  }
  if (seen.length === 0) {
    throw new StepFault({
      code: 'program_missing',
      message: `The runtime ${runtime.name} is not on this worker: none of ${names.join(', ')} is on PATH (${env.PATH ?? ''}).`,
      hint: 'Install it on the machine of the worker, or send the step to a worker that has it with `labels`.',
      details: { program: names[0] ?? runtime.name, path: env.PATH ?? null },
      retryable: false,
    });
  }
  throw new StepFault({
    code: 'runtime_version_missing',
    message: `runtime_version: this worker has no ${runtime.name} ${version}; ${seen.join(', ')}.`,
    hint: 'Install that version on the machine of the worker, or ask for one that it has.',
    retryable: false,
  });
}

function versionOf(program: string, env: Readonly<Record<string, string>>): Promise<string> {
  const known = versions.get(program);
  if (known !== undefined) return known;
  const asked = new Promise<string>((resolve) => {
    execFile(program, ['--version'], { env: { ...env }, timeout: 10_000 }, (_error, stdout, stderr) => {
      resolve(/\d+(\.\d+)*/.exec(`${stdout}\n${stderr}`)?.[0] ?? '');
    });
  });
  versions.set(program, asked);
  return asked;
}

/** Every number that is asked for is equal: `3.11` matches 3.11.4, not 3.1. */
function matches(actual: string, wanted: string): boolean {
  const have = actual.split('.');
  return wanted
    .replace(/^v/, '')
    .split('.')
    .every((part, index) => part === 'x' || part === '*' || part === have[index]);
}
