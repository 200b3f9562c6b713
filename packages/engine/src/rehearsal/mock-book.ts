import { hookNames } from '@millrace/core';
import type { MockedAnswer, MockedResult, Mocks } from './rehearsal-types.ts';

const ofHook = new RegExp(`(?:^|\\.)(?:${hookNames.join('|')})\\.`);

/** What a worker can report. */
export type ExecutedResult = Exclude<MockedResult, Readonly<{ kind: 'answer' | 'unanswered' }>>;

/** Gives each execution of a step its mocked result, and remembers what had none. */
export class MockBook {
  readonly unmocked = new Set<string>();
  readonly #mocks: Mocks;
  readonly #executions = new Map<string, number>();

  constructor(mocks: Mocks) {
    this.#mocks = mocks;
  }

  /** The result of the next execution of the step run at a path; null: it has no mock. */
  next(path: string): ExecutedResult | null {
    const result = this.#next(path);
    // What becomes of a hook changes nothing of the run, so a test need not say it.
    if (result === undefined && ofHook.test(path)) return { kind: 'output', output: null, durationMs: 0 };
    if (result === undefined) this.unmocked.add(path.replaceAll(/\[\d+\]/g, ''));
    // An answer to something that asks nobody is refused when the tests are read.
    return result === undefined || isAnswer(result) ? null : result;
  }

  /** What people say to the approval that opens next at a path; null: nobody answers it. */
  answer(path: string): MockedAnswer | null {
    const result = this.#next(path);
    return result?.kind === 'answer' ? result : null;
  }

  #next(path: string): MockedResult | undefined {
    const name = spellings(path).find((spelling) => this.#mocks.has(spelling));
    const results = name === undefined ? undefined : this.#mocks.get(name);
    const count = this.#executions.get(path) ?? 0;
    this.#executions.set(path, count + 1);
    return results?.[Math.min(count, results.length - 1)];
  }
}

export const isAnswer = (result: MockedResult): result is Exclude<MockedResult, ExecutedResult> =>
  result.kind === 'answer' || result.kind === 'unanswered';

/** A path with and without each of its items, those with most items first. */
export function spellings(path: string): readonly string[] {
  let found: { text: string; items: number }[] = [{ text: '', items: 0 }];
  for (const part of path.split('.')) {
    const bracket = part.indexOf('[');
    const forms = bracket < 0 ? [[part, 0] as const] : [[part, 1] as const, [part.slice(0, bracket), 0] as const];
    found = forms.flatMap(([form, items]) =>
      found.map((before) => ({
        text: before.text === '' ? form : `${before.text}.${form}`,
        items: before.items + items,
      })),
    );
  }
  return found.sort((left, right) => right.items - left.items).map(({ text }) => text);
}
