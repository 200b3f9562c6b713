/** Why the embedded PostgreSQL could not be started or used. Match on these codes, never on the message. */
export type EmbeddedPostgresErrorCode =
  | 'unsupported_platform' // No binaries exist for this operating system and processor.
  | 'binaries_missing' // The platform's npm package is not installed.
  | 'binaries_unusable' // The binaries are there, but do not run here (for example another C library).
  | 'account_missing' // We are root and found no unprivileged account that PostgreSQL can run as.
  | 'folder_unwritable' // The data folder cannot be created or written.
  | 'path_too_long' // The data folder's path has more than 480 bytes.
  | 'disk_full'
  | 'already_running' // Another live process owns the data folder.
  | 'cluster_incomplete' // The cluster folder holds something that is no whole cluster.
  | 'version_mismatch' // The cluster belongs to another major version of PostgreSQL.
  | 'setting_invalid' // A setting is reserved, unknown or has a bad value.
  | 'init_failed'
  | 'start_failed'
  | 'login_failed'; // The server runs, but refuses the stored password.

/** An operational failure of the embedded PostgreSQL: what is wrong (message), and what to do (hint). */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresErrorCode;
  readonly hint: string;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options: { hint: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The system's error code (`ENOENT`, `EACCES`, …) of whatever was thrown, or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Turns a failed file operation below `folder` into an error that names the folder; passes our own errors through. */
export function folderError(folder: string, error: unknown, what = ''): EmbeddedPostgresError {
  if (error instanceof EmbeddedPostgresError) return error;
  const code = systemErrorCode(error);
  const detail = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(folder, error);
  return new EmbeddedPostgresError('folder_unwritable', `The data folder ${folder} cannot be used: ${what}${detail}`, {
    hint: 'Choose another data folder, or give the user who runs Millrace read and write access to this one.',
    cause: error,
  });
}

export function diskFull(folder: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError('disk_full', `The disk that holds the data folder ${folder} is full.`, {
    hint: 'Free some space (a new database needs about 50 MB) and start again: nothing is lost.',
    cause,
  });
}
