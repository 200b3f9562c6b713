import type { ErrorCode } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { settle, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { AnswerRequest } from './answer-approval.ts';

const yaml = `
workflows:
  release:
    steps:
      ask:
        type: approval
        prompt: Release?
        quorum: 2
        approvers: { users: [ada, bob, cy] }
        form: { tag: { type: string, default: v1 } }
        timeout: 1h
      ship: { type: shell, cmd: "true", depends_on: [ask] }
  each:
    steps:
      ask: { type: approval, prompt: "{{ item }}?", for_each: [eu, us] }
  short:
    steps:
      ask: { type: approval, prompt: "Now?" }
`;

let open: TestEngine | null = null;
const start = async (options?: Parameters<typeof startTestEngine>[1]) => {
  open = await startTestEngine(yaml, options);
  return open;
};
afterEach(async () => {
  expect(open?.errors ?? []).toEqual([]);
  await open?.stop();
  open = null;
});

const says = (by: string, more: Partial<AnswerRequest> = {}): AnswerRequest => ({
  step: 'ask',
  by,
  decision: 'approve',
  values: {},
  comment: null,
  ...more,
});

const refusedAs = (code: ErrorCode, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('answering an approval', () => {
  test('counts people until the quorum is reached, and then the run goes on', async () => {
    const { engine, start: run } = await start();
    const id = await run('release');
    expect(await engine.answerApproval(id, says('ada'))).toMatchObject({ status: 'open', approvals: 1, quorum: 2 });
    expect(await engine.answerApproval(id, says('ada'))).toMatchObject({ status: 'open', approvals: 1, quorum: 2 });
    const last = says('bob', { values: { tag: 'v2' }, comment: 'Go.' });
    expect(await engine.answerApproval(id, last)).toMatchObject({ status: 'approved', approvals: 2, item: -1 });
    const { steps } = await engine.getRun(id);
    expect(steps.ask).toMatchObject({
      status: 'succeeded',
      output: { approved: true, by: 'bob', values: { tag: 'v2' } },
    });
    expect(steps.ship?.status).toBe('ready');
  });

  test('may be sent again, whether it is open or has ended; another answer is refused then', async () => {
    const { engine, start: run } = await start();
    const id = await run('short');
    const no = says('ada', { decision: 'reject', comment: 'No.' });
    expect(await engine.answerApproval(id, no)).toMatchObject({ status: 'rejected' });
    expect(await engine.answerApproval(id, no)).toMatchObject({ status: 'rejected', attempt: 1 });
    await expect(engine.answerApproval(id, says('ada'))).rejects.toEqual(
      refusedAs('approval_ended', /has ended as failed \(Rejected by ada: No\.\)/),
    );
    const other = await run('release');
    await engine.answerApproval(other, says('ada'));
    await engine.answerApproval(other, says('bob'));
    // With the default of the form, as it was kept.
    expect(await engine.answerApproval(other, says('ada'))).toMatchObject({ status: 'approved' });
  });

  test('says what is wrong: who, what, which', async () => {
    const { engine, start: run } = await start();
    const id = await run('release');
    await expect(engine.answerApproval(id, says('eve'))).rejects.toEqual(
      refusedAs('not_an_approver', /eve may not answer this approval; ada, bob, cy may/),
    );
    await expect(engine.answerApproval(id, says('ada', { values: { tag: 1, x: 2 } }))).rejects.toMatchObject({
      code: 'invalid_input',
      details: { problems: [{ path: '/x' }, { path: '/tag', expected: 'string', actual: 'integer 1' }] },
    });
    await expect(engine.answerApproval(id, says('ada', { step: 'ship' }))).rejects.toMatchObject({
      code: 'not_found',
      hint: 'Its approvals are: ask.',
    });
    await expect(engine.answerApproval('999' as typeof id, says('ada'))).rejects.toMatchObject({
      code: 'run_not_found',
    });
    const several = await run('each');
    await expect(engine.answerApproval(several, says('ada'))).rejects.toMatchObject({
      code: 'invalid_request',
      message: `2 approvals of step ask of run ${several} are open: item 0; item 1.`,
      details: {
        open: [
          { item: 0, iteration: 0 },
          { item: 1, iteration: 0 },
        ],
      },
    });
    await engine.answerApproval(several, says('ada', { item: 1 }));
    // Only one is left, so it is the one that is meant.
    expect(await engine.answerApproval(several, says('bob'))).toMatchObject({ item: 0, status: 'approved' });
    await expect(engine.answerApproval(several, says('cy', { item: 7 }))).rejects.toEqual(
      refusedAs('approval_ended', /ask\[7\] .* is not open/),
    );
  });

  test('finds out that another server was faster', async () => {
    const { engine, start: run, another } = await start();
    const second = await another('second');
    const id = await run('short');
    await engine.answerApproval(id, says('ada'));
    await expect(second.answerApproval(id, says('bob'))).rejects.toMatchObject({ code: 'approval_ended' });
    const both = await run('release');
    const outcomes = await Promise.all([
      engine.answerApproval(both, says('ada')),
      second.answerApproval(both, says('bob')),
    ]);
    expect(outcomes.map(({ status }) => status)).toContain('approved');
    expect((await engine.getRun(both)).steps.ask).toMatchObject({ status: 'succeeded' });
  });

  test('that was given before the run was cancelled stays with the step; sent again, it learns how the approval ended', async () => {
    const { engine, start: run } = await start();
    const id = await run('release');
    await engine.answerApproval(id, says('ada'));
    await engine.cancelRun(id, { by: 'cy', reason: null, force: false });
    const { ask } = (await engine.getRun(id)).steps;
    expect(ask).toMatchObject({ status: 'cancelled', output: { approved: false, answers: [{ by: 'ada' }] } });
    await expect(engine.answerApproval(id, says('ada'))).rejects.toEqual(
      refusedAs('approval_ended', /cancelled \(The run was cancelled\. 1 of 2 approvals had come, from ada\.\)/),
    );
  });

  test('too late, learns how the approval ended', async () => {
    const { engine, start: run, clock } = await start();
    const id = await run('release');
    await clock.advance(3_600_001);
    await settle();
    await expect(engine.answerApproval(id, says('ada'))).rejects.toEqual(
      refusedAs('approval_ended', /timed_out \(0 of 2 approvals came within the timeout of 1h\.\)/),
    );
  });
});

describe('open approvals', () => {
  test('are listed with what people need to answer them', async () => {
    const { engine, start: run } = await start();
    const id = await run('release');
    await engine.answerApproval(id, says('ada'));
    const { items } = await engine.listApprovals(
      { approver: { name: 'bob', groups: [], roles: [] } },
      { limit: 5, after: null },
    );
    expect(items).toMatchObject([
      {
        ...{ run: id, workspace: 'test', workflow: 'release', step: 'ask', item: -1, iteration: 0, attempt: 1 },
        ...{ prompt: 'Release?', form: { properties: { tag: { type: 'string', default: 'v1' } } } },
        ...{ approvers: { users: ['ada', 'bob', 'cy'] }, quorum: 2, answers: [{ by: 'ada' }], onTimeout: 'fail' },
      },
    ]);
    expect(await engine.runApprovals(id)).toEqual(items);
    await engine.answerApproval(id, says('bob'));
    expect(await engine.runApprovals(id)).toEqual([]);
    expect(await engine.runApprovals(await run('each'))).toMatchObject([{ item: 0, form: null }, { item: 1 }]);
    await expect(engine.runApprovals('999' as typeof id)).rejects.toMatchObject({ code: 'run_not_found' });
  });
});
