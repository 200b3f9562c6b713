import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MillraceError } from '@millrace/core';
import { extract, type ReadEntry } from 'tar';

/** What an archive may hold at most. */
export type ArchiveLimits = Readonly<{ packedBytes: number; bytes: number; entries: number }>;

const archiveLimits: ArchiveLimits = {
  packedBytes: 512 * 1024 * 1024,
  bytes: 2 * 1024 * 1024 * 1024,
  entries: 200_000,
};

/**
 * Unpacks a gzipped tar stream into an empty folder. Only plain files and folders with relative paths below the folder are
 * accepted: a link or a path that leads elsewhere, or more than the limits, ends it with an error. The caller removes what
 * was unpacked until then.
 */
export async function unpackArchive(
  archive: AsyncIterable<Uint8Array>,
  folder: string,
  limits: ArchiveLimits = archiveLimits,
): Promise<void> {
  let entries = 0;
  let bytes = 0;
  let refusal: MillraceError | null = null;
  const refuse = (why: string): void => {
    refusal ??= new MillraceError('invalid_request', `The archive of the workspace's files was refused: ${why}.`, {
      hint: 'Remove the file from the workspace, or exclude it from the files that are sent to workers.',
    });
    unpack.abort(refusal);
  };
  const accepts = (path: string, entry: ReadEntry): boolean => {
    entries++;
    bytes += entry.size;
    if (!['File', 'OldFile', 'ContiguousFile', 'Directory'].includes(entry.type)) refuse(`${path} is a ${entry.type}`);
    else if (path.startsWith('/') || path.includes('\\') || path.split('/').includes('..'))
      refuse(`${path} leads outside`);
    else if (entries > limits.entries) refuse(`it has more than ${limits.entries} entries`);
    else if (bytes > limits.bytes) refuse(`its files have more than ${limits.bytes} bytes`);
    return refusal === null;
  };
  const unpack = extract({
    cwd: folder,
    strict: true,
    preserveOwner: false,
    filter: (path, entry) => accepts(path, entry as ReadEntry),
  });
  let packed = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      packed += chunk.length;
      if (packed > limits.packedBytes) refuse(`it has more than ${limits.packedBytes} bytes`);
      done(refusal, chunk);
    },
  });
  try {
    await pipeline(Readable.from(archive, { objectMode: false }), counter, unpack as unknown as NodeJS.WritableStream);
  } catch (cause) {
    throw refusal ?? cause;
  }
  if (refusal !== null) throw refusal;
}
