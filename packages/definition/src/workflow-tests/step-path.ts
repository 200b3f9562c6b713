import { hookNames } from '@millrace/core';

/** The way to a step run: through the steps that call sub-workflows, each with the item of its for-each or without. */
export type StepPath = readonly Readonly<{ step: string; item: number | null }>[];

const segment = '[A-Za-z_][A-Za-z0-9_-]{0,127}(?:\\[(?:0|[1-9][0-9]{0,6})\\])?';

/** `build`, `transform[3]`, `release.build`, `release[2].build`: as runs are shown everywhere. */
export const stepPathPattern = new RegExp(`^${segment}(?:\\.${segment})*$`);

/** `on_failure.tell`, and of a child run `call.on_failure.tell`. */
export const hookCallPattern = new RegExp(
  `^(?:${segment}\\.)*(?:${hookNames.join('|')})\\.${segment}(?:\\.${segment})?$`,
);

/** Reads a text that matches `stepPathPattern`. */
export function parseStepPath(text: string): StepPath {
  return text.split('.').map((part) => {
    const bracket = part.indexOf('[');
    return bracket < 0
      ? { step: part, item: null }
      : { step: part.slice(0, bracket), item: Number(part.slice(bracket + 1, -1)) };
  });
}
