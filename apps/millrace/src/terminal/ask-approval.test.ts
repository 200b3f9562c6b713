import { PassThrough } from 'node:stream';
import { runId } from '@millrace/core';
import type { OpenApproval } from '@millrace/engine';
import { createColors } from 'picocolors';
import { expect, test } from 'vitest';
import { askApproval } from './ask-approval.ts';

const approval: OpenApproval = {
  run: runId('7'),
  workspace: 'local',
  workflow: 'release',
  step: 'ask',
  item: 2,
  iteration: 0,
  attempt: 1,
  since: 0,
  prompt: 'Release\u001b[2J?\nReally?',
  form: {
    type: 'object',
    properties: {
      tag: { type: 'string', default: 'v1' },
      count: { type: 'integer' },
      region: { enum: ['eu', '7'], type: 'string', description: 'Where to.' },
    },
    required: ['region'],
  },
  approvers: null,
  quorum: 1,
  answers: [],
  starter: null,
  delegations: [],
  escalatesAt: null,
  escalated: false,
  timesOutAt: null,
  onTimeout: 'fail',
};

/** Answers each question as it is asked. */
async function say(replies: readonly string[], problem: string | null = null, signal = new AbortController().signal) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let seen = '';
  const left = [...replies];
  output.on('data', (data: Buffer) => {
    seen += data.toString();
    if (/(?:\]|:) $/.test(seen)) {
      const reply = left.shift();
      if (reply !== undefined) input.write(`${reply}\n`);
    }
  });
  const answer = await askApproval(approval, problem, signal, { input, output, style: createColors(false) });
  return { answer, seen };
}

test('a person approves and fills the form in; nothing typed is the default', async () => {
  const { answer, seen } = await say(['maybe', 'y', '', '3', '7', 'Fine.']);
  expect(answer).toEqual({ decision: 'approve', values: { count: 3, region: '7' }, comment: 'Fine.' });
  expect(seen).toContain('ask[2] asks:\n  Release[2J?\n  Really?\nApprove? [y/n] Approve? [y/n] ');
  expect(seen).toContain('tag (string, default "v1"): count (integer): region ("eu" | "7", required, Where to.): ');
});

test('a person rejects, with or without a comment', async () => {
  expect((await say(['no', 'Too early.'])).answer).toEqual({ decision: 'reject', values: {}, comment: 'Too early.' });
  const { answer, seen } = await say(['n', ''], '/count: expected integer.');
  expect(answer.comment).toBeNull();
  expect(seen).toContain('error /count: expected integer.\n');
});

test('a question is called off with the run', async () => {
  const controller = new AbortController();
  const asked = say([], null, controller.signal);
  controller.abort();
  await expect(asked).rejects.toThrow();
});
