import { constants } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies a folder of plain files into one that is there, all at once: several times quicker than one file after the other.
 * Blocks are shared where the file system can do that, until somebody writes. Never by hard links: a step that writes in
 * place would change the file of every other step.
 */
export async function copyTree(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (!entry.isDirectory()) return await copyFile(source, target, constants.COPYFILE_FICLONE);
      await mkdir(target, { mode: 0o700 });
      await copyTree(source, target);
    }),
  );
}
