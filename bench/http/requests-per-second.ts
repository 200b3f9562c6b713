import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FloodAnswer, FloodTask } from './flood.ts';

const program = fileURLToPath(new URL('./flood.ts', import.meta.url));
const connections = 32;

/**
 * How many GET requests, of these paths in turn, are answered in a second over connections that stay open. They are sent by a
 * process of its own, as in life, and by plain sockets: it shares the processors with the server and the database, and a whole
 * HTTP client would take more of them than the server does.
 */
export async function requestsPerSecond(
  asked: Pick<FloodTask, 'origin' | 'paths' | 'key'>,
  requests: number,
): Promise<number> {
  await flood({ ...asked, requests: Math.ceil(requests / 5), connections });
  return requests / ((await flood({ ...asked, requests, connections })) / 1_000);
}

/** Milliseconds. */
async function flood(task: FloodTask): Promise<number> {
  const child = fork(program, [JSON.stringify(task)], { execArgv: [] });
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`The process that asks the server ended (${code}) without an answer.`);
  });
  const [answer] = (await Promise.race([once(child, 'message'), gone])) as [FloodAnswer];
  gone.catch(() => undefined);
  child.disconnect();
  if (answer.type === 'failed') throw new Error(answer.error);
  return answer.ms;
}
