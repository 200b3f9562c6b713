import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { StepFault } from '../attempt-results.ts';

/**
 * The absolute path of a program: looked up on `path` when it is a bare name, from `cwd` when it holds a slash. Throws a
 * StepFault (`program_missing`) that names the program and where it was looked for.
 */
export function findProgram(program: string, cwd: string, path: string | undefined): string {
  const found = lookUpProgram([program], cwd, path);
  if (found !== null) return found;
  throw new StepFault({
    code: 'program_missing',
    message: program.includes('/')
      ? `The program ${program} does not exist or is not executable.`
      : `The program ${program} is not on the worker's PATH (${path === undefined || path === '' ? 'which is empty' : path}).`,
    hint: 'Install it on the machine of the worker, or send the step to a worker that has it with `labels`.',
    details: { program, path: path ?? null },
    retryable: false,
  });
}

/**
 * The first of several names that exists; null when none does. Looked up without a detour over other threads: it takes
 * microseconds, and it happens before every step.
 */
export function lookUpProgram(programs: readonly string[], cwd: string, path: string | undefined): string | null {
  for (const program of programs) {
    for (const place of placesOf(program, cwd, path ?? '')) {
      if (isExecutable(place)) return place;
    }
  }
  return null;
}

/** Steps look for the same few programs on the same PATH; the oldest go first. What is there is looked at each time. */
const known = new Map<string, readonly string[]>();
const mostKnown = 100;

function placesOf(program: string, cwd: string, path: string): readonly string[] {
  if (program.includes('/')) return [isAbsolute(program) ? program : resolve(cwd, program)];
  const key = `${program}\0${path}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const folders = path.split(delimiter);
  const places = folders.map((folder) => join(folder === '' ? cwd : resolve(cwd, folder), program));
  if (!folders.every(isAbsolute)) return places;
  const [oldest] = known.size < mostKnown ? [] : known.keys();
  if (oldest !== undefined) known.delete(oldest);
  known.set(key, places);
  return places;
}

function isExecutable(file: string): boolean {
  // Most places have no such file, which this finds out soonest.
  if (!existsSync(file)) return false;
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
