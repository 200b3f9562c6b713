import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Where } from './millrace/open-engine.ts';
import type { Sizes } from './sizes.ts';
import type { Subject } from './subjects.ts';
import type { Measured } from './workload.ts';

export type CellTask = Readonly<{
  workload: string;
  subject: Subject;
  where: Where;
  sizes: Sizes;
  budgetMs: number;
}>;

export type FromCell =
  | (Readonly<{ type: 'measured'; notes: readonly string[] }> & Measured)
  | Readonly<{ type: 'failed'; error: string }>;

const compileCache = fileURLToPath(new URL('../.cache/compile', import.meta.url));
const program = fileURLToPath(new URL('./cell.ts', import.meta.url));
/** Opening, warming up, filling tables and closing come on top of the budget for measuring. */
const graceMs = 30_000;
const leaveMs = 5_000;
const printedCharacters = 4_000;

/**
 * One cell in a process of its own, so that no subject profits or suffers from what another compiled or left behind.
 * `profiles`: a folder for CPU profiles of it.
 */
export function runCell(task: CellTask, limitMs: number, profiles: string | null): Promise<FromCell> {
  const child = fork(program, [JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Compiled code is kept between cells: on a busy machine it takes seconds to compile all that an engine consists of.
    env: { ...process.env, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compileCache },
    execArgv: profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`],
  });
  let printed = '';
  const keep = (data: Buffer): void => {
    printed = (printed + data.toString()).slice(-printedCharacters);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return new Promise((resolve) => {
    let answer: FromCell | null = null;
    const timer = setTimeout(() => {
      answer ??= { type: 'failed', error: `It was not done within ${Math.round(limitMs / 1_000)} s.` };
      child.kill('SIGKILL');
    }, limitMs);
    let leaving: NodeJS.Timeout | undefined;
    child.on('message', (message: FromCell) => {
      answer = message;
      // A system that keeps its process alive has said all that counts.
      leaving = setTimeout(() => child.kill('SIGKILL'), leaveMs);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      clearTimeout(leaving);
      const ended = answer ?? { type: 'failed', error: `Its process ended (${signal ?? code}) without an answer.` };
      resolve(ended.type === 'failed' ? { ...ended, error: `${ended.error}\n${printed}`.trim() } : ended);
    });
  });
}

export const hardLimitMs = (budgetMs: number): number => budgetMs * 2.5 + graceMs;
