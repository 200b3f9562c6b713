import { explainMoving } from './explain-step.ts';
import type { Explaining } from './explaining.ts';
import type { Answer, ItemGroup, ReasonName } from './explanation.ts';
import { keepFirst } from './keep-first.ts';
import { type Moving, movingRows, type StepRows } from './run-rows.ts';

/** Items of a for-each that are under way for the same reason; `answers` are those of its examples. */
export type ExplainedGroup = Readonly<{ reason: ReasonName; count: number; answers: readonly Answer[] }>;

/**
 * The open items of a for-each by their reasons, the most first. Why an item does not go on is decided by what moves it
 * and by who holds it, so one item for each of these is explained to know the reason of all, and the examples to tell it.
 */
export function groupItems(explaining: Explaining, rows: StepRows): readonly ExplainedGroup[] {
  const reasons = new Map<string, ReasonName>();
  const groups = new Map<ReasonName, { count: number; first: Moving[] }>();
  for (const [item, moving] of movingRows(rows)) {
    if (item === -1) continue;
    const alike = moving.kind === 'work' ? `work/${moving.row.worker ?? ''}` : moving.kind;
    const reason = reasons.get(alike) ?? explainMoving(explaining, rows, moving).reason;
    reasons.set(alike, reason);
    const group = groups.get(reason) ?? { count: 0, first: [] };
    groups.set(reason, group);
    group.count += 1;
    keepFirst(group.first, moving, ({ row }) => row.item);
  }
  return [...groups]
    .map(([reason, { count, first }]) => ({
      reason,
      count,
      answers: first.map((moving) => explainMoving(explaining, rows, moving)),
    }))
    .sort((left, right) => right.count - left.count);
}

export function toldGroup({ reason, count, answers }: ExplainedGroup): ItemGroup {
  const [first] = answers;
  return {
    reason,
    count,
    items: answers.map(({ item }) => item),
    message: first?.message ?? '',
    changes: first?.changes ?? [],
  };
}
