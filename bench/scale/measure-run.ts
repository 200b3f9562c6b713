import type { RunId } from '@millrace/core';
import type { Engine } from '@millrace/engine';
import { createServer } from '@millrace/server';
import { openEngine, type Where } from '../millrace/open-engine.ts';
import { functions, type Shape } from './shapes.ts';

/** Milliseconds, bytes, counts; all of one run. */
export type Measured = Readonly<{
  /** From text to a published plan. */
  loadMs: number;
  runMs: number;
  /** What this process (engine and worker, not the database) computed meanwhile: hardly moved by what else a machine does. */
  cpuMs: number;
  commits: number;
  /** The most that lived on the heap beyond what was there before. */
  heapBytes: number;
  /** The ended run through the API. */
  getMs: number;
  getBytes: number;
  explainMs: number;
  /** The same run with everything still to do: what it takes to show and explain it, to pause, resume and cancel it. */
  openGetMs: number;
  openExplainMs: number;
  pauseMs: number;
  heldExplainMs: number;
  resumeMs: number;
  cancelMs: number;
}>;

/** Runs one shape at one size in this process, which should be a fresh one: the heap is measured. */
export async function measureRun(where: Where, shape: Shape, size: number): Promise<Measured> {
  const { engine, startWorker, publish, close } = await openEngine({ where, functions });
  const server = createServer({ engine, host: '127.0.0.1', port: 0, version: '0', logger: false });
  const { port } = await server.listen();
  const ask = async (path: string): Promise<Readonly<{ ms: number; bytes: number }>> => {
    const began = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`);
    const body = await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${Buffer.from(body).toString()}`);
    return { ms: performance.now() - began, bytes: body.byteLength };
  };
  const both = `workflows:\n  small:${shape.workflow(shape.sizes[0] ?? 1)}\n  big:${shape.workflow(size)}\n`;
  const loadMs = await timed(() => publish(both));

  const warm = await start(engine, 'small');
  for (const path of ['', '/explain']) await ask(`/runs/${warm}${path}`);
  const idle = await start(engine, 'big');
  const openGetMs = (await ask(`/runs/${idle}`)).ms;
  const openExplainMs = (await ask(`/runs/${idle}/explain`)).ms;
  const pauseMs = await timed(() => engine.pauseRun(idle, { by: 'bench', reason: null }));
  const heldExplainMs = (await ask(`/runs/${idle}/explain`)).ms;
  const resumeMs = await timed(() => engine.resumeRun(idle, { by: 'bench' }));
  const cancelMs = await timed(async () => {
    await engine.cancelRun(idle, { by: 'bench', reason: null, force: true });
    await ended(engine, idle);
  });

  await startWorker();
  await ended(engine, warm);
  for (let run = 0; run < 3; run += 1) await ended(engine, await start(engine, 'small'));
  const heap = watchHeap();
  const { commits } = engine.stats();
  let run = idle;
  const before = process.cpuUsage();
  const runMs = await timed(async () => {
    run = await start(engine, 'big');
    if ((await ended(engine, run)) !== 'succeeded') throw new Error(`Run ${run} did not succeed.`);
  });
  const cpu = process.cpuUsage(before);
  const cpuMs = (cpu.user + cpu.system) / 1000;
  const heapBytes = heap.stop();
  const got = await ask(`/runs/${run}`);
  const explainMs = (await ask(`/runs/${run}/explain`)).ms;
  const spent = engine.stats().commits - commits;
  await server.close();
  await close();
  const { ms: getMs, bytes: getBytes } = got;
  const looks = { getMs, getBytes, explainMs, openGetMs, openExplainMs };
  const turns = { pauseMs, heldExplainMs, resumeMs, cancelMs };
  return { loadMs, runMs, cpuMs, commits: spent, heapBytes, ...looks, ...turns };
}

async function start(engine: Engine, workflow: string): Promise<RunId> {
  return (await engine.startRun({ workspace: 'bench', workflow, input: {}, trigger: { type: 'bench' } })).run;
}

async function ended(engine: Engine, run: RunId): Promise<string> {
  const status = await engine.waitForRun(run);
  if (status === null) throw new Error(`Run ${run} has not ended.`);
  return status;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Needs `--expose-gc`: what only waits to be collected is not counted at the beginning. */
function watchHeap(): Readonly<{ stop(): number }> {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  let most = before;
  const look = (): void => {
    most = Math.max(most, process.memoryUsage().heapUsed);
  };
  const timer = setInterval(look, 20);
  return {
    stop() {
      look();
      clearInterval(timer);
      return most - before;
    },
  };
}
