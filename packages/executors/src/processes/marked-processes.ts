import { readdir, readFile } from 'node:fs/promises';

/**
 * Kills every process whose environment holds the text `marker`, for example `MILLRACE_OUTPUT=/path/of/attempt/`: those
 * that a step started and that left its process group, and those of a worker that died. Returns how many were killed.
 *
 * Linux only (it reads /proc); elsewhere it finds none. It costs a read per process of the machine, so it is for the rare
 * cases only.
 */
export async function killMarkedProcesses(marker: string): Promise<number> {
  const entries = await readdir('/proc').catch(() => []);
  let killed = 0;
  for (const entry of entries) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const environment = await readFile(`/proc/${entry}/environ`, 'latin1').catch(() => '');
    if (!`\0${environment}`.includes(`\0${marker}`)) continue;
    try {
      process.kill(pid, 'SIGKILL');
      killed++;
    } catch {
      // It ended in the meantime.
    }
  }
  return killed;
}
