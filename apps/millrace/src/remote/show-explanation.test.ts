import type { ExplainedAnswer, RunExplanation } from '@millrace/api';
import { describe, expect, it } from 'vitest';
import { styleOf } from '../terminal/style.ts';
import { describeExplanation } from './show-explanation.ts';

const plain = styleOf({}, { NO_COLOR: '1' });
const subject = { item: -1, iteration: 0, attempt: 0, changes: [], deadlines: [] };
const explanation = (answers: ExplainedAnswer[], more = 0): RunExplanation => ({
  run: '7',
  workspace: 'main',
  workflow: 'w',
  status: 'running',
  at: '2026-11-21T09:30:00.000Z',
  answers,
  more,
});
const pending = (step: string): ExplainedAnswer => ({
  ...subject,
  step,
  reason: 'waiting_for_dependencies',
  dependencies: [{ step: 'a', reason: 'timer' }],
  message: `Step ${step} waits for a.`,
  changes: [{ by: 'run', what: 'Step a ends.', at: null, command: 'millrace explain 7 a' }],
});

describe('an explanation', () => {
  it('shows each reason with what moves it, when, and the command', () => {
    const timer: ExplainedAnswer = {
      ...subject,
      step: 'a\u001b[2J',
      item: 3,
      attempt: 2,
      reason: 'timer',
      since: '2026-11-21T09:30:00.000Z',
      until: '2026-11-21T10:30:00.000Z',
      message: 'It waits.',
      changes: [
        { by: 'clock', what: 'The time comes.', at: '2026-11-21T10:30:00.000Z', command: null },
        { by: 'person', what: 'Cancel it.', at: null, command: 'millrace run cancel 7' },
      ],
      deadlines: [{ kind: 'run_timeout', at: '2026-11-21T12:00:00.000Z' }],
    };
    expect(describeExplanation(explanation([timer, pending('b')]), plain).split('\n')).toEqual([
      'a[2J[3] #2 timer',
      '  It waits.',
      '  → The time comes. 2026-11-21T10:30:00.000Z',
      '  → Cancel it.',
      '    $ millrace run cancel 7',
      '  run_timeout at 2026-11-21T12:00:00.000Z',
      '',
      'b waiting_for_dependencies',
      '  Step b waits for a.',
      '',
    ]);
  });

  it('shows how many items have which reason, why the first of them does, and what moves them, once', () => {
    const resume = { by: 'person', what: 'Resume the run.', at: null, command: 'millrace run resume 7' } as const;
    const items: ExplainedAnswer = {
      ...subject,
      step: 'each',
      reason: 'items_open',
      ...{ total: 100_000, not_started: 0, open: 99_999, succeeded: 1, failed: 0, cancelled: 0, concurrency: null },
      groups: [
        { reason: 'held', count: 99_998, items: [2, 3], message: 'Item 2 is held.', changes: [resume] },
        { reason: 'running', count: 1, items: [1], message: 'Item 1 runs.', changes: [] },
      ],
      message: 'Step each has 100000 items.',
      changes: [resume, { by: 'engine', what: 'It ends with its last item.', at: null, command: null }],
    };
    expect(describeExplanation(explanation([items]), plain).split('\n')).toEqual([
      'each items_open',
      '  Step each has 100000 items.',
      '  99998 held (items 2, 3, …): Item 2 is held.',
      '  1 running (item 1): Item 1 runs.',
      '  → Resume the run.',
      '    $ millrace run resume 7',
      '  → It ends with its last item.',
      '',
    ]);
  });

  it('is at most a screenful, and says what it left out', () => {
    const many = Array.from({ length: 25 }, (_, index) => pending(`s${index}`));
    const text = describeExplanation(explanation(many, 100), plain);
    expect(text).toContain('s19 ');
    expect(text).not.toContain('s20 ');
    expect(text).toContain('… and 105 more');
  });
});
