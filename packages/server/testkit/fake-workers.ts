// The protocol of workers at the fake engine: it notes what they say, and answers what the test sets.
import { isRunEnd, type SyncRequest, type SyncResponse, type WorkerProtocol } from '@millrace/core';
import type { FakeRuns } from './fake-runs.ts';
import type { Seen } from './fake-seen.ts';

type Sync = (request: SyncRequest, signal?: AbortSignal) => Promise<SyncResponse>;

export function createFakeWorkers(seen: Seen, { all: runs, find }: FakeRuns) {
  let sync: Sync = async () => ({
    sequence: 1,
    assignments: [],
    cancellations: [],
    confirmed: [],
    leaseMs: 9000,
  });
  const protocol: WorkerProtocol = {
    sync(request, signal) {
      seen.syncs.push(request);
      if (signal !== undefined) seen.syncSignals.push(signal);
      return sync(request, signal);
    },
    appendLogs: async (chunks) => {
      seen.chunks.push(...chunks);
    },
    async endedRuns(asked) {
      const known = asked.filter((run) => runs.has(run));
      return {
        ended: known.filter((run) => isRunEnd(find(run).detail.run.status)),
        unknown: asked.filter((run) => !runs.has(run)),
      };
    },
    readSecrets: async ({ names }) => Object.fromEntries(names.map((name) => [name, `value of ${name}`])),
    async openFiles(name, revision) {
      if (name !== 'shop' || revision !== 'r1') return null;
      return (async function* () {
        yield Buffer.from('gzip');
        yield Buffer.from('tar');
      })();
    },
  };
  return {
    protocol,
    setSync(next: Sync): void {
      sync = next;
    },
  };
}
