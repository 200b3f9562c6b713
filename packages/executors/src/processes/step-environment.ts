import { join } from 'node:path';
import type { ExecutionContext } from '../executor.ts';
import { packFolderOf } from './pack-folder.ts';
import type { StepPaths } from './step-files.ts';

/** What a step gets from the worker's own environment; nothing else, so no credential of the worker leaks into steps. */
const allowed = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TERM'];
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The allow-listed part of an environment. `also` names further variables that the operator lets through. TMPDIR is not
 * among them: each attempt has its own.
 */
export function baseEnvironment(
  from: Readonly<Record<string, string | undefined>>,
  also: readonly string[] = [],
): Record<string, string> {
  const base: Record<string, string> = {};
  for (const name of Object.keys(from)) {
    const value = from[name];
    if (value === undefined) continue;
    if (allowed.includes(name) || name.startsWith('LC_') || also.includes(name)) base[name] = value;
  }
  base.PATH ??= defaultPath;
  return base;
}

/** The start of an environment entry that only the processes of one attempt (or of one worker's folder) have. */
export const outputMarker = (folder: string): string => `MILLRACE_OUTPUT=${folder}/`;

/** The base environment, then MILLRACE_*, then what the action says: later ones win, except over MILLRACE_*. */
export function stepEnvironment(
  context: ExecutionContext,
  paths: StepPaths,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const { assignment } = context;
  const environment: Record<string, string> = {
    ...context.environment,
    TMPDIR: paths.temp,
    ...own,
    MILLRACE_RUN_ID: assignment.run,
    MILLRACE_STEP: assignment.stepName,
    MILLRACE_ITERATION: String(assignment.iteration),
    MILLRACE_ATTEMPT: String(assignment.attempt),
    MILLRACE_WORKSPACE: assignment.workspace,
    MILLRACE_WORKFLOW: assignment.workflow,
    MILLRACE_OUTPUT: paths.output,
    MILLRACE_INPUT: paths.input,
  };
  const pack = packFolderOf(assignment);
  if (pack !== '') environment.MILLRACE_PACK = join(context.workDir, pack);
  if (context.sharedDir !== null) environment.MILLRACE_SHARED = context.sharedDir;
  if (assignment.item >= 0) environment.MILLRACE_ITEM_INDEX = String(assignment.item);
  if (context.api !== undefined) {
    environment.MILLRACE_API_URL = context.api.url;
    environment.MILLRACE_API_TOKEN = context.api.token;
  }
  return environment;
}
