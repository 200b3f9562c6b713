import type { RunStep } from '@millrace/api';
import { countText } from '../../components/count-text.ts';

/** Why, how many items, how many attempts: what the status alone does not say. */
export function stepNote(step: RunStep): string | null {
  const parts = [
    step.reason?.replaceAll('_', ' '),
    step.items === null
      ? undefined
      : `${step.items.succeeded.toLocaleString('en')} of ${countText(step.items.total, 'item')}`,
    step.attempts > 1 && step.items === null ? `attempt ${step.attempts}` : undefined,
    step.iterations !== null && step.iterations > 1 ? `iteration ${step.iterations}` : undefined,
    step.reused !== null && step.reason !== 'reused' ? 'reused' : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? null : parts.join(', ');
}
