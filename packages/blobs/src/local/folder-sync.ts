import { open } from 'node:fs/promises';

/**
 * Makes the entries of folders durable (fsync of the folder itself). Calls for one folder that come while its fsync is
 * under way share the next one: a hundred log chunks that arrive together cost two folder syncs, not a hundred.
 */
export function createFolderSync(): (folder: string) => Promise<void> {
  const running = new Map<string, { current: Promise<void>; next: Promise<void> | null }>();

  function begin(folder: string): Promise<void> {
    const entry = { current: syncFolder(folder), next: null as Promise<void> | null };
    running.set(folder, entry);
    const done = () => {
      if (running.get(folder) === entry && entry.next === null) running.delete(folder);
    };
    entry.current.then(done, done);
    return entry.current;
  }

  return (folder) => {
    const entry = running.get(folder);
    if (entry === undefined) return begin(folder);
    // The sync under way may have passed our entry already, so only the one after it counts.
    entry.next ??= entry.current.then(
      () => begin(folder),
      () => begin(folder),
    );
    return entry.next;
  };
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows cannot sync folders; NTFS journals their entries.
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
