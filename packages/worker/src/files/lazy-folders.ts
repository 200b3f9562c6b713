import { type AttemptFolders, createAttemptFolders } from './attempt-folders.ts';
import { createWorkerFolder, removeTree } from './worker-folder.ts';
import { createWorkspaceFiles } from './workspace-files.ts';

type OpenFiles = Parameters<typeof createWorkspaceFiles>[1];

/** The folders of a worker, made when the first attempt needs one: a worker of functions never touches the disk. */
export function createLazyFolders(
  root: string,
  openFiles: OpenFiles,
): AttemptFolders & Readonly<{ end(): Promise<void> }> {
  let made: Promise<Readonly<{ path: string; folders: AttemptFolders }>> | null = null;
  const make = async () => {
    const path = await createWorkerFolder(root);
    return { path, folders: await createAttemptFolders(path, createWorkspaceFiles(path, openFiles)) };
  };
  const folders = async (): Promise<AttemptFolders> => {
    if (made === null) {
      const making = make();
      made = making;
      making.catch(() => {
        made = null;
      });
    }
    return (await made).folders;
  };
  return {
    create: async (files) => (await folders()).create(files),
    createWhole: async (files) => (await folders()).createWhole(files),
    createWithin: async (run) => (await folders()).createWithin(run),
    remove: async (folder, clean) => (await folders()).remove(folder, clean),
    async end() {
      if (made !== null) await removeTree((await made).path);
    },
  };
}
