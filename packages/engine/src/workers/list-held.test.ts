import { type Lane, runId, workerId } from '@millrace/core';
import { expect, test } from 'vitest';
import type { StepNames } from '../logs/step-names.ts';
import type { ClaimedWork, WorkStore } from '../ports/work-store.ts';
import { createListHeld } from './list-held.ts';

const lane: Lane = { workspace: 'shop', queue: 'slow', capability: 'shell', labels: [] };

const claimed = (run: string, step: number, leasedAt: number | null): ClaimedWork =>
  ({
    origin: { id: runId(run), workspace: 'shop', workflow: 'order' },
    work: { step, item: 2, iteration: 0, attempt: 1, lane, readyAt: 50, leasedAt, document: '{}' },
  }) as unknown as ClaimedWork;

test('what a worker holds is told with its names, the longest first; a step without a known name by its number', async () => {
  const heldBy = async () => [claimed('7', 1, 300), claimed('8', 0, 100), claimed('9', 4, null)];
  const of = async (run: string) => (run === '9' ? null : { workflow: 'order', steps: ['pick', 'pack'] });
  const listHeld = createListHeld({ heldBy } as unknown as WorkStore, { of } as unknown as StepNames);
  const rest = { workspace: 'shop', workflow: 'order', item: 2, iteration: 0, attempt: 1, queue: 'slow' };
  expect(await listHeld(workerId('w'))).toEqual([
    { ...rest, run: '9', step: '4', since: 50 },
    { ...rest, run: '8', step: 'pick', since: 100 },
    { ...rest, run: '7', step: 'pack', since: 300 },
  ]);
});
