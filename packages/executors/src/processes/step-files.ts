import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from '../executor.ts';
import { type NewFile, NotPrepared, type ProcessToStart } from './starting/process-starter.ts';
import { startFault } from './starting/start-fault.ts';

/** The files through which a step and Millrace talk, and the folder for its temporary ones. */
export type StepPaths = Readonly<{ input: string; output: string; temp: string }>;

export const stepPaths = (tempDir: string): StepPaths => ({
  input: join(tempDir, 'input.json'),
  output: join(tempDir, 'output.json'),
  temp: join(tempDir, 'tmp'),
});

/** Larger ones are not sent to whoever starts the process, but written before. */
const maxSentCharacters = 32_768;

/**
 * What is still to be made before a step's process can run. Whoever starts the process makes it, which costs this process
 * nothing; only what is needed earlier is made here.
 */
export class StepFiles {
  readonly paths: StepPaths;
  #folders: readonly string[];
  #spare: string | null;
  #files: NewFile[] = [];

  constructor(context: Pick<ExecutionContext, 'tempDir' | 'missingFolders' | 'spareFolder'>) {
    this.paths = stepPaths(context.tempDir);
    this.#folders = context.missingFolders;
    this.#spare = context.spareFolder;
  }

  /** Makes the folders of the attempt now, for what is to be put or found there. */
  async makeFolders(): Promise<void> {
    const folders = this.#folders;
    this.#folders = [];
    this.#spare = null;
    await prepared(async () => {
      for (const folder of folders) await mkdir(folder, { mode: 0o700 });
    });
  }

  /** A file that only this user may read. It is there when the process begins. */
  async write(path: string, text: string): Promise<void> {
    if (text.length <= maxSentCharacters && !text.includes('\0')) {
      this.#files.push({ path, text });
      return;
    }
    await this.makeFolders();
    await prepared(() => writeFile(path, text, { mode: 0o600 }));
  }

  /** Whether the start of the process makes all of the attempt's folders, so that what it tells of them is told of all. */
  get areAllMissing(): boolean {
    return this.#folders.length > 0;
  }

  /** What the start of the process has to make. */
  get missing(): Pick<ProcessToStart, 'newFolders' | 'spareFolder' | 'newFiles'> {
    const [first, ...others] = [...this.#folders, this.paths.temp];
    return { newFolders: [first ?? this.paths.temp, ...others], spareFolder: this.#spare, newFiles: this.#files };
  }
}

async function prepared(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw startFault('', new NotPrepared((cause as Error).message, { cause }));
  }
}
