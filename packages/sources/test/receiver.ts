import type { PublishOutcome, PublishRequest } from '@millrace/engine';
import { list } from 'tar';

/** A workflow file with one workflow of one step. */
export const workflow = (name: string, text = 'hello'): string => `workflows:
  ${name}:
    steps:
      say: { type: shell, cmd: echo ${text} }
`;

type Published = Omit<PublishRequest, 'files'> & Readonly<{ files: Readonly<{ key: string; data: Buffer }> | null }>;

/** What an engine does with a publication, as far as sources can see it; tests wait for the n-th one. */
export function createReceiver() {
  const published: Published[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let live: string | null = null;
  const failures: Error[] = [];
  return {
    published,
    failNext: (error: Error) => failures.push(error),
    reached: (count: number) =>
      published.length >= count ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ count, resolve })),
    async publishWorkspace(request: PublishRequest): Promise<PublishOutcome> {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      const parts: Uint8Array[] = [];
      if (request.files !== null && !(request.files.data instanceof Uint8Array)) {
        for await (const part of request.files.data) parts.push(part);
      }
      published.push({
        ...request,
        files: request.files === null ? null : { key: request.files.key, data: Buffer.concat(parts) },
      });
      if (request.definitions !== null) live = request.revision;
      for (const { count, resolve } of waiting) if (published.length >= count) resolve();
      return { revision: live, diagnostics: request.diagnostics };
    },
  };
}

/** The files of an archive, by their names. */
export function filesIn(archive: Buffer | undefined): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const reader = list({
    sync: true,
    onReadEntry: (entry) => {
      found[entry.path] = '';
      entry.on('data', (part: Buffer) => {
        found[entry.path] += part.toString();
      });
    },
  });
  if (archive !== undefined) reader.end(archive);
  return found;
}
