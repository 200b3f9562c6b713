import type { LogRef } from '@millrace/engine';

/** Tells logs of one run apart. */
export const logKey = (ref: LogRef): string => `${ref.step}\u0000${ref.item}/${ref.iteration}/${ref.attempt}`;

/** A log's name for people: `build`, `test[3]`, `build #2` (second attempt), `poll ~4` (fifth iteration). */
export function logLabel({ step, item, iteration, attempt }: LogRef): string {
  return `${step}${item < 0 ? '' : `[${item}]`}${iteration === 0 ? '' : ` ~${iteration}`}${attempt <= 1 ? '' : ` #${attempt}`}`;
}
