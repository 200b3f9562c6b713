import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { StepFault } from '../attempt-results.ts';

/**
 * The absolute path of a program: looked up on `path` when it is a bare name, from `cwd` when it holds a slash. Throws a
 * StepFault (`program_missing`) that names the program and where it was looked for.
 */
export async function findProgram(program: string, cwd: string, path: string | undefined): Promise<string> {
  const found = await lookUpProgram([program], cwd, path);
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

/** The first of several names that exists; null when none does. */
export async function lookUpProgram(
  programs: readonly string[],
  cwd: string,
  path: string | undefined,
): Promise<string | null> {
  for (const program of programs) {
    const places = program.includes('/')
      ? [isAbsolute(program) ? program : resolve(cwd, program)]
      : (path ?? '').split(delimiter).map((folder) => join(folder === '' ? cwd : resolve(cwd, folder), program));
    for (const place of places) {
      if (await isExecutable(place)) return place;
    }
  }
  return null;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
