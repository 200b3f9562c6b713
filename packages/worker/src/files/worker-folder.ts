import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { killMarkedProcesses, outputMarker } from '@millrace/executors';

const namePattern = /^worker-(\d+)-(\w+)-\d+$/;
let created = 0;

/**
 * Makes the folder of this worker inside `root`, named by process id and start time, and removes those of workers of this
 * machine that died: first their processes that are still running, then their files. `root` must not be shared between
 * machines.
 */
export async function createWorkerFolder(root: string): Promise<string> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  await removeDeadFolders(root);
  const folder = join(root, `worker-${process.pid}-${await startTimeOf(process.pid)}-${++created}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

async function removeDeadFolders(root: string): Promise<void> {
  for (const entry of await readdir(root)) {
    const match = namePattern.exec(entry);
    if (match === null) continue;
    if ((await startTimeOf(Number(match[1]))) === match[2]) continue;
    const folder = join(root, entry);
    await killMarkedProcesses(outputMarker(folder));
    await removeTree(folder);
  }
}

/** When a process started, in the system's own unit; 'gone' when there is none, 'unknown' where /proc does not tell. */
async function startTimeOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The second field, the program's name in parentheses, may hold spaces; the start time is the 22nd.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown';
  } catch {
    return isAlive(pid) ? 'unknown' : 'gone';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes a folder whatever a step did to its permissions. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    await openUp(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => {});
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await openUp(join(folder, entry.name));
}
