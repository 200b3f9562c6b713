import { readdirSync, readFileSync } from 'node:fs';

/** A process and when it started: a pid alone may be given to another one later. */
export type FoundProcess = Readonly<{ pid: number; startedAt: string; command: string }>;

/** The processes of steps below a folder: their environment names the folder in `MILLRACE_OUTPUT`. Reads /proc. */
export function stepProcesses(folder: string): readonly FoundProcess[] {
  const marker = `\0MILLRACE_OUTPUT=${folder}/`;
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .flatMap((pid) => {
      try {
        if (!`\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(marker)) return [];
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (fields[0] === 'Z') return [];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
        return [{ pid, startedAt: fields[19] ?? '', command }];
      } catch {
        return []; // It ended in the meantime.
      }
    });
}
