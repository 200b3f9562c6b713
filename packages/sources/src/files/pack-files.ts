import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { MillraceError } from '@millrace/core';
import { Header, Pax } from 'tar';

/** A file as it was when the workspace was looked at. */
export type PackedFile = Readonly<{
  /** From the workspace's root, with `/` as its separator. */
  path: string;
  absolute: string;
  sizeBytes: number;
  executable: boolean;
  /** SHA-256 of the content, in hexadecimal. */
  hash: string;
}>;

const block = 512;
/** Every file has the same time, so that the archive depends on nothing but names and contents. */
const fixedTime = new Date('2000-01-01T00:00:00Z');

/**
 * A gzipped tar of the files: the same files give the same bytes. Each file is checked against its hash while it is read,
 * so an archive never holds anything else than its name promises; a file that changed since breaks the stream with the
 * code `conflict`, and the caller looks at the workspace again.
 */
export async function* packFiles(files: readonly PackedFile[]): AsyncGenerator<Uint8Array> {
  const archive = Readable.from(tarBlocks(files), { objectMode: false });
  const gzip = createGzip({ level: 6 });
  archive.on('error', (cause) => gzip.destroy(cause));
  try {
    yield* archive.pipe(gzip);
  } finally {
    gzip.destroy();
    archive.destroy();
  }
}

async function* tarBlocks(files: readonly PackedFile[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    yield* header(file);
    yield* content(file);
    const rest = file.sizeBytes % block;
    if (rest > 0) yield Buffer.alloc(block - rest);
  }
  yield Buffer.alloc(2 * block);
}

function* header(file: PackedFile): Generator<Buffer> {
  const entry = {
    path: file.path,
    mode: file.executable ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    size: file.sizeBytes,
    mtime: fixedTime,
    type: 'File' as const,
  };
  const bytes = Buffer.alloc(block);
  const needsPax = new Header(entry).encode(bytes, 0);
  if (needsPax) yield new Pax({ path: file.path, size: file.sizeBytes }).encode();
  yield bytes;
}

async function* content(file: PackedFile): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    if (file.sizeBytes > 0) {
      for await (const chunk of createReadStream(file.absolute, { highWaterMark: 256 * 1024 })) {
        size += chunk.byteLength;
        if (size > file.sizeBytes) break;
        hash.update(chunk);
        yield chunk;
      }
    }
  } catch (cause) {
    throw changed(file, cause);
  }
  if (size !== file.sizeBytes || hash.digest('hex') !== file.hash) throw changed(file, undefined);
}

function changed(file: PackedFile, cause: unknown): MillraceError {
  return new MillraceError('conflict', `The file ${file.path} changed while its workspace was packed.`, {
    hint: 'Nothing needs to be done: the workspace is looked at again.',
    details: { file: file.path },
    cause,
  });
}
