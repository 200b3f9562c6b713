import type { GitScheme } from '@millrace/definition';
import type { GitAccess } from './git-access.ts';
import { failureOf } from './git-failure.ts';

export type GitCall = Readonly<{
  /** The repository as messages name it. */
  url: string;
  schemes: readonly GitScheme[];
  access: GitAccess;
  /** How long Git may say nothing. */
  silenceMs: number;
  signal: AbortSignal;
}>;

/** Variables that we set ourselves. The library refuses them unless they are named, since a caller could sneak them in. */
const own = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_ALLOW_PROTOCOL',
  'GIT_TERMINAL_PROMPT',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_COUNT',
  'GIT_SSH_COMMAND',
  'GIT_LFS_SKIP_SMUDGE',
  'GIT_NO_LAZY_FETCH',
  'GIT_ASKPASS',
  'SSH_ASKPASS',
] as const;

const unsafe = {
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeSshCommand: true,
  allowUnsafeAskPass: true,
  allowUnsafeHooksPath: true,
  allowUnsafeTemplateDir: true,
};

/** Nothing of the machine's or the user's own settings, no hooks, no helpers, no cleaning up in between. */
const alwaysConfig = [
  ['core.hooksPath', '/dev/null'],
  ['core.attributesFile', '/dev/null'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['protocol.version', '2'],
] as const;

/**
 * Runs Git in a folder and gives what it prints. It asks nobody, runs no hook, reads no settings but ours, and knows only
 * the schemes that are allowed. Throws a `GitFailure`.
 */
export async function runGit(
  call: GitCall,
  cwd: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { access, schemes, silenceMs, signal } = call;
  const config = [...alwaysConfig, ...access.config];
  const settings = Object.fromEntries(
    config.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  );
  // Most processes never fetch from Git: the library is loaded when one does.
  const { simpleGit } = await import('simple-git');
  const git = simpleGit({
    baseDir: cwd,
    abort: signal,
    timeout: { block: silenceMs },
    allowEnvironment: [...own, ...Object.keys(settings)],
    unsafe,
  });
  try {
    return await git
      .env({
        PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
        HOME: cwd,
        LC_ALL: 'C',
        GIT_TERMINAL_PROMPT: '0',
        GIT_ASKPASS: '/bin/false',
        SSH_ASKPASS: '/bin/false',
        GIT_ALLOW_PROTOCOL: schemes.join(':'),
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_LFS_SKIP_SMUDGE: '1',
        GIT_NO_LAZY_FETCH: '1',
        ...access.env,
        ...settings,
        GIT_CONFIG_COUNT: String(config.length),
        ...more,
      })
      .raw([...args]);
  } catch (cause) {
    throw failureOf(call.url, cause, access.secrets);
  }
}
