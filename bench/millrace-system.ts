import { isRunEnd, runId } from '@millrace/core';
import type { System } from './harness.ts';
import { openEngine, type Where } from './open-engine.ts';
import { benchWorkflows } from './workflows.ts';

/** Millrace with its worker in this process. */
export async function startMillrace(where: Where, workerBy: 'calls' | 'http' = 'calls'): Promise<System> {
  const bodies = new Set<(run: string, at: number) => void>();
  const { engine, startWorker, publish, close } = await openEngine(
    where,
    {
      body: (_input, { run }) => {
        const at = performance.now();
        for (const listener of bodies) listener(run, at);
        return { ok: true };
      },
      item: (input) => input,
    },
    workerBy,
  );
  startWorker();

  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const ended = new Map<string, string>();
  engine.subscribe((event) => {
    if (event.type !== 'run' || !isRunEnd(event.status)) return;
    const waiting = ends.get(event.run);
    ends.delete(event.run);
    if (waiting === undefined) ended.set(event.run, event.status);
    else if (event.status === 'succeeded') waiting.resolve();
    else waiting.reject(new Error(`Run ${event.run} ended as ${event.status}.`));
  });
  await publish(benchWorkflows);

  return {
    subject: 'millrace',
    mode: `${typeof where === 'string' ? where : 'postgresql'}${workerBy === 'http' ? ', worker over HTTP' : ''}`,
    async start(workflow, input = {}) {
      return (await engine.startRun({ workspace: 'bench', workflow, input, trigger: { type: 'bench' } })).run;
    },
    async finished(run) {
      const status = ended.get(run);
      ended.delete(run);
      if (status === 'succeeded') return;
      if (status !== undefined) throw new Error(`Run ${run} ended as ${status}.`);
      await new Promise<void>((resolve, reject) => ends.set(runId(run), { resolve, reject }));
    },
    onBody(listener) {
      bodies.add(listener);
      return () => bodies.delete(listener);
    },
    commits: () => engine.stats().commits,
    close,
  };
}
