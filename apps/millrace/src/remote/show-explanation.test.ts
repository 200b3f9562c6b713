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

  it('is at most a screenful, and says what it left out', () => {
    const many = Array.from({ length: 25 }, (_, index) => pending(`s${index}`));
    const text = describeExplanation(explanation(many, 100), plain);
    expect(text).toContain('s19 ');
    expect(text).not.toContain('s20 ');
    expect(text).toContain('… and 105 more');
  });
});
