import type { LimitKey, RunId } from '@millrace/core';
import type { StepNames } from '../logs/step-names.ts';
import type { LimitDetail, LimitFilter, Queries, SlotPosition } from '../ports/queries.ts';

/** A holder or waiter with its names: `step` is null for a run itself. */
export type NamedPosition = Readonly<{
  run: RunId;
  workflow: string | null;
  step: string | null;
  item: number;
  iteration: number;
  since: number;
}>;

export type NamedLimit = Omit<LimitDetail, 'holders' | 'waiters'> &
  Readonly<{
    holders: readonly NamedPosition[];
    waiters: readonly (NamedPosition & Pick<LimitDetail['waiters'][number], 'priority' | 'whenFull'>)[];
  }>;

/** Limits that somebody holds or waits for, with who that is, for people. */
export function createListLimits(queries: Queries, names: StepNames) {
  return async (filter: LimitFilter, most: number): Promise<readonly NamedLimit[]> => {
    const found = await queries.listLimits(filter, most);
    const details = await Promise.all(found.map((key: LimitKey) => queries.limitDetail(key)));
    return Promise.all(details.filter((detail) => detail !== null).map(withNames));
  };

  async function withNames(detail: LimitDetail): Promise<NamedLimit> {
    const holders = await Promise.all(detail.holders.map(named));
    const waiters = await Promise.all(
      detail.waiters.map(async (waiter) => ({
        ...(await named(waiter)),
        priority: waiter.priority,
        whenFull: waiter.whenFull,
      })),
    );
    return { ...detail, holders, waiters };
  }

  async function named({ run, step, item, iteration, since }: SlotPosition): Promise<NamedPosition> {
    const known = await names.of(run);
    const name = step === -1 ? null : (known?.steps[step] ?? String(step));
    return { run, workflow: known?.workflow ?? null, step: name, item, iteration, since };
  }
}
