import { closeSync, copyFileSync, fstatSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/**
 * The server writes its log straight into a file: unlike a pipe to us, that goes on working when we are killed, and
 * the next owner finds the lines. The file is bounded: past 4 MB it moves to `<file>.1` (the server appends, so
 * cutting the file to zero under it is safe; lines written in that moment may be lost).
 */
export type ServerLog = Readonly<{
  /** A file descriptor to hand to the server; the caller closes it. */
  openForServer(): number;
  size(): number;
  /** The last lines, at most 16 kB, of what was written from `offset` on. */
  tail(offset?: number): string;
  close(): void;
}>;

const maxLogBytes = 4 * 1024 * 1024;
const maxTailBytes = 16 * 1024;

export function openServerLog(file: string, onLine: ((line: string) => void) | undefined): ServerLog {
  closeSync(openSync(file, 'a', 0o600));
  rotate(file);
  let position = statSync(file).size;
  let partial = '';
  const decoder = new StringDecoder('utf8');

  const readNew = () => {
    if (onLine === undefined) return;
    const { size } = statSync(file);
    if (size < position) position = 0;
    if (size === position) return;
    const bytes = readRange(file, position, size);
    position += bytes.length;
    const lines = (partial + decoder.write(bytes)).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
  const timer = setInterval(
    () => {
      try {
        readNew();
        if (rotate(file)) position = 0;
      } catch {
        // The folder was removed, or the disk has an error: the server itself will tell.
      }
    },
    onLine === undefined ? 5000 : 200,
  );
  timer.unref();

  return {
    openForServer: () => openSync(file, 'a', 0o600),
    size: () => statSync(file).size,
    tail(offset = 0) {
      try {
        const { size } = statSync(file);
        return readRange(file, Math.max(offset > size ? 0 : offset, size - maxTailBytes), size)
          .toString('utf8')
          .trim();
      } catch {
        return '';
      }
    },
    close() {
      clearInterval(timer);
      try {
        readNew();
      } catch {
        // As above; closing must not fail.
      }
    },
  };
}

function readRange(file: string, from: number, to: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, Math.min(to, fstatSync(descriptor).size) - from));
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, from));
  } finally {
    closeSync(descriptor);
  }
}

function rotate(file: string): boolean {
  if (statSync(file).size <= maxLogBytes) return false;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
  return true;
}
