// The process of one cell: one workload, once, on one subject. Started by run-cell.ts with its task as the only argument;
// it answers with one message and ends. What it prints is shown only when it fails.
import type { CellTask, FromCell } from './run-cell.ts';
import { openSubject } from './subjects.ts';
import type { Cell } from './workload.ts';
import { workloads } from './workloads/index.ts';

const task = JSON.parse(process.argv[2] ?? '') as CellTask;
const tell = (message: FromCell): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send?.(message, undefined, {}, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
process.once('disconnect', () => process.exit(1)); // Nobody waits for the answer any more.

try {
  const workload = workloads.find(({ name }) => name === task.workload);
  if (workload === undefined) throw new Error(`There is no workload ${task.workload}.`);
  const notes: string[] = [];
  const cell: Cell = {
    sizes: task.sizes,
    budgetMs: task.budgetMs,
    where: task.where,
    worker: task.subject.worker,
    openSystem: () => openSubject(task.subject, task.where),
    note: (text) => void notes.push(text),
  };
  const measured = await workload.measure(cell);
  await tell({ type: 'measured', ...measured, notes });
  process.exit(0);
} catch (error) {
  await tell({ type: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
}
