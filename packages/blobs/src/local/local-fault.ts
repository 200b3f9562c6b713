import { MillraceError } from '@millrace/core';

/** The `code` of a system error (`ENOENT`), or null for anything else. */
export function systemCode(cause: unknown): string | null {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
}

/** Turns what the file system threw into an error that names the folder and what to do. */
export function localFault(cause: unknown, folder: string, doing: string): unknown {
  const code = systemCode(cause);
  if (code === null || cause instanceof MillraceError) return cause;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new MillraceError(
      'blob_store_full',
      `Cannot ${doing}: no space is left for the blob folder ${folder} (${code}).`,
      {
        hint:
          code === 'EFBIG'
            ? 'A limit on the size of one file was hit: raise it (ulimit -f), or move the folder to another file system.'
            : 'Free space on that file system (or raise the quota), or move the folder to a larger one and start again with its new path.',
        details: { folder, system_code: code },
        cause,
      },
    );
  }
  if (code === 'ENOTDIR' || code === 'EISDIR' || code === 'EEXIST') {
    return new MillraceError(
      'invalid_request',
      `Cannot ${doing}: in ${folder} one key would be the folder of another one (${code}).`,
      {
        hint: 'A local blob folder holds either the key "a" or keys below "a/", not both. Choose another key.',
        details: { folder, system_code: code },
        cause,
      },
    );
  }
  return new MillraceError('blob_store_unavailable', `Cannot ${doing}: the blob folder ${folder} answered ${code}.`, {
    hint: remedy(code),
    details: { folder, system_code: code },
    cause,
  });
}

function remedy(code: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'Give the user that runs Millrace the right to read and write this folder and everything in it.';
    case 'EROFS':
      return 'The file system is mounted read-only: mount it writable or choose another folder.';
    case 'EMFILE':
    case 'ENFILE':
      return 'Too many files are open: raise the limit (ulimit -n).';
    default:
      return 'Check that the disk is mounted and healthy; the system log may say more.';
  }
}
