import type { Engine, PublishRequest } from '@millrace/engine';
import type { SourceLoad } from './workspace-source.ts';

/** Hands what was found to the engine, unless it is what was found the last time. */
export type Publisher = Readonly<{
  /** The streams of `request` are read or ended, whatever comes of it. */
  offer(request: PublishRequest): Promise<SourceLoad>;
  /** The load before, if there was one. */
  last(): SourceLoad | null;
}>;

export function createPublisher(
  engine: Pick<Engine, 'publishWorkspace'>,
  onLoad: (load: SourceLoad) => void = () => undefined,
): Publisher {
  let last: Readonly<{ fingerprint: string; load: SourceLoad }> | null = null;
  return {
    last: () => last?.load ?? null,
    async offer(request) {
      const fingerprint = JSON.stringify([request.revision, request.source, request.diagnostics]);
      if (last?.fingerprint === fingerprint) {
        await discard(request);
        return { ...last.load, changed: false };
      }
      try {
        const { revision: live, diagnostics } = await engine.publishWorkspace(request);
        const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
        const workflows = failed ? [] : Object.keys(request.definitions?.workflows ?? {}).sort();
        last = { fingerprint, load: { revision: request.revision, live, workflows, diagnostics, changed: true } };
      } catch (error) {
        await discard(request);
        throw error;
      }
      onLoad(last.load);
      return last.load;
    },
  };
}

/** Ends the stream of what is not published, so that it holds no open file. */
export async function discard({ files }: PublishRequest): Promise<void> {
  if (files === null || files.data instanceof Uint8Array) return;
  await files.data[Symbol.asyncIterator]().return?.(undefined);
}
