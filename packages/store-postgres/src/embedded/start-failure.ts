import { diskFull, EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** What a server that did not start calls for. */
export type StartFailure = Readonly<
  | { kind: 'port_taken' } // Another program took the port between our look and the server's start.
  | { kind: 'stray_processes' } // Backends of a killed server are still there.
  | { kind: 'fatal'; error: EmbeddedPostgresError }
>;

/** Reads the reason from the server's log; its messages are English, since we start it with LC_ALL=C. */
export function classifyStartFailure(dataDir: string, log: string, cause: Error | undefined): StartFailure {
  if (/could not bind .*address.*in use/is.test(log)) return { kind: 'port_taken' };
  if (/pre-existing shared memory block|lock file "postmaster\.pid" already exists/.test(log)) {
    return { kind: 'stray_processes' };
  }
  if (/No space left on device|Disk quota exceeded/.test(log))
    return { kind: 'fatal', error: diskFull(dataDir, cause) };
  const setting =
    /unrecognized configuration parameter.*|invalid value for parameter.*|is outside the valid range.*/.exec(log);
  if (setting !== null) {
    return {
      kind: 'fatal',
      error: new EmbeddedPostgresError(
        'setting_invalid',
        `PostgreSQL refuses its settings for ${dataDir}: ${setting[0]}`,
        {
          hint: 'Correct the setting, or leave it out.',
          cause,
        },
      ),
    };
  }
  if (/Permission denied|Read-only file system|invalid permissions|wrong ownership/.test(log)) {
    return {
      kind: 'fatal',
      error: new EmbeddedPostgresError(
        'folder_unwritable',
        `PostgreSQL cannot use the data folder ${dataDir}: ${lastLines(log)}`,
        { hint: 'Give it back to the user who made it (chown, mode 0700), or choose another data folder.', cause },
      ),
    };
  }
  const detail = lastLines(log) || cause?.message || 'it ended without a message';
  return {
    kind: 'fatal',
    error: new EmbeddedPostgresError('start_failed', `PostgreSQL does not start in ${dataDir}: ${detail}`, {
      hint: 'The file postgres.log in the data folder tells more.',
      cause,
    }),
  };
}

function lastLines(log: string): string {
  return log.trim().split('\n').slice(-8).join('\n');
}
