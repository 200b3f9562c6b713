import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { SecretSourceKinds } from '@millrace/definition';
import type { SecretBackend } from '../secret-backend.ts';
import { SourceFailure } from '../source-failure.ts';

/** What says that nothing stands at a path; a folder is no secret. */
const nothingThere = ['ENOENT', 'ENOTDIR', 'EISDIR'];

/** A folder whose files are secrets, as Docker, Kubernetes and systemd mount them. A line feed at the end is not part of one. */
export function createFolderBackend({ path }: SecretSourceKinds['folder']): SecretBackend {
  return {
    place: `the folder ${path}`,
    async read(key) {
      if (isAbsolute(key) || key.split(/[/\\]/).includes('..')) {
        throw new SourceFailure(
          'refused',
          `the key ${key} leads out of the folder.`,
          'Write it from the folder, without `..`.',
        );
      }
      try {
        return (await readFile(join(path, key), 'utf8')).replace(/\r?\n$/, '');
      } catch (cause) {
        const { code = 'unknown' } = cause as NodeJS.ErrnoException;
        if (nothingThere.includes(code)) return null;
        throw new SourceFailure('refused', `the file ${key} cannot be read (${code}).`, 'Check who may read it.');
      }
    },
  };
}
