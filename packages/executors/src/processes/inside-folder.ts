import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { StepFault } from '../attempt-results.ts';

/**
 * The real path of a file or folder that a step names relative to its work folder. Throws a StepFault when it does not
 * exist, is of the wrong kind, or lies outside (also through a link).
 */
export async function insideFolder(
  folder: string,
  path: string,
  key: 'workdir' | 'script' | 'entrypoint',
): Promise<string> {
  const kind = key === 'workdir' ? 'folder' : 'file';
  const root = await realpath(folder);
  const wanted = resolve(root, path);
  if (isOutside(root, wanted)) throw outside(key, path);
  const real = await realpath(wanted).catch(() => null);
  if (real === null) {
    throw new StepFault({
      code: `${key}_missing`,
      message: `${key}: the ${kind} ${path} does not exist in the workspace's files.`,
      hint: `Paths count from the root of the workspace. Check the spelling, and that the ${kind} is part of this revision.`,
      retryable: false,
    });
  }
  if (isOutside(root, real)) throw outside(key, path);
  const stats = await stat(real);
  if (kind === 'folder' ? stats.isDirectory() : stats.isFile()) return real;
  throw new StepFault({
    code: `${key}_missing`,
    message: `${key}: ${path} is not a ${kind}.`,
    retryable: false,
  });
}

function isOutside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '..' || way.startsWith('../') || isAbsolute(way);
}

const outside = (key: string, path: string): StepFault =>
  new StepFault({
    code: `${key}_outside`,
    message: `${key}: ${path} lies outside of the step's work folder.`,
    hint: 'Use a path relative to the root of the workspace. A command may still `cd` anywhere.',
    retryable: false,
  });
