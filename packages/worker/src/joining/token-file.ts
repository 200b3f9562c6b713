// Where a worker keeps its token: a file that nobody else can read, replaced as a whole and on the disk before anybody is told
// of what stands in it. So whenever the worker dies, the file has a token that the server knows or is about to know:
//
//   before it joins       token, joined: false      ─ join again with the same token: the server gives the same answer
//   while it is replaced  token, next               ─ one of both is the current one: the replacement is finished
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MillraceError, readWorkerToken } from '@millrace/core';

export type KeptToken = Readonly<{
  /** The server that it is for: it is shown to no other. */
  server: string;
  token: string;
  /** What is about to take its place. */
  next: string | null;
  joined: boolean;
  /** When it became the current one. */
  since: number;
  rotateAfterMs: number;
}>;

export type TokenFile = Readonly<{
  path: string;
  /** null: there is none. Throws `configuration` for a file that is none of ours. */
  read(): Promise<KeptToken | null>;
  write(kept: KeptToken): Promise<void>;
}>;

export function createTokenFile(path: string): TokenFile {
  return {
    path,
    async read() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw unusable(path, error);
      });
      return text === null ? null : parse(path, text);
    },
    async write(kept) {
      const next = `${path}.${process.pid}`;
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        const file = await open(next, 'w', 0o600);
        try {
          await file.writeFile(`${JSON.stringify(kept, null, 2)}\n`);
          await file.sync();
        } finally {
          await file.close();
        }
        // A file of that name that was left behind keeps its mode when it is written again.
        await chmod(next, 0o600);
        await rename(next, path);
        const folder = await open(dirname(path), 'r');
        await folder.sync().finally(() => folder.close());
      } catch (cause) {
        throw unusable(path, cause);
      }
    },
  };
}

function parse(path: string, text: string): KeptToken {
  try {
    const kept = JSON.parse(text) as KeptToken;
    const isToken = (value: unknown): boolean => typeof value === 'string' && readWorkerToken(value) !== null;
    const isOurs =
      isToken(kept.token) &&
      (kept.next === null || isToken(kept.next)) &&
      typeof kept.server === 'string' &&
      typeof kept.joined === 'boolean' &&
      Number.isFinite(kept.since) &&
      Number.isFinite(kept.rotateAfterMs);
    if (isOurs) return kept;
  } catch {
    // Told below.
  }
  throw new MillraceError('configuration', `${path} is not the token file of a worker.`, {
    hint: 'Remove it, and let the worker join again; or name another one with --token-file.',
  });
}

const unusable = (path: string, cause: unknown): MillraceError =>
  new MillraceError('configuration', `The token file ${path} cannot be used.`, {
    hint: 'Name one in a folder that this user may write to and that outlives the process: --token-file.',
    cause,
  });
