import { describe, expect, test } from 'vitest';
import type { ApprovalBody } from '../definitions/action.ts';
import { fields, type StepText } from '../testing/build-plan.ts';
import { canonical } from '../testing/live-run.ts';
import { type RunDriver, runOf } from '../testing/run-driver.ts';
import type { Json } from '../values/json.ts';
import type { ApprovalDetail } from './approval.ts';
import { nameOnly } from './approvers.ts';
import type { EngineWaitDocument } from './records.ts';
import { restoreState } from './restore-state.ts';

const approval = (body: Partial<ApprovalBody> = {}, more: StepText = {}): StepText => ({
  inline: { type: 'approval', prompt: 'Release {{ input.tag }}?', ...body },
  ...more,
});

const ask = (body: Partial<ApprovalBody> = {}, more: StepText = {}): RunDriver =>
  runOf({ steps: { ask: approval(body, more), next: { needs: 'ask' } } }, { tag: 'v2' });

const detailOf = (run: RunDriver, item = -1): ApprovalDetail =>
  (JSON.parse(run.wait('ask', 'approval', item).document ?? '') as EngineWaitDocument)
    .detail as unknown as ApprovalDetail;

const outputOf = (run: RunDriver) => run.step('ask').output as Readonly<Record<string, Json>>;

describe('an approval that is stopped before it is decided', () => {
  const given = { approved: false, by: null, answers: [{ by: 'ada', comment: 'Fine.' }], values: { tag: 'a' } };
  const form = fields({ tag: { type: 'string' } });

  test('with its run keeps the answers that were given, and says whose they are', () => {
    const run = ask({ quorum: 2, form });
    run.answer('ask', 'ada', { values: { tag: 'a' }, comment: 'Fine.' });
    run.cancel();
    expect(run.step('ask')).toMatchObject({
      status: 'cancelled',
      reason: 'run_cancelled',
      error: { code: 'cancelled', message: 'The run was cancelled. 1 of 2 approvals had come, from ada.' },
      output: given,
    });
    expect(canonical(restoreState(run.plan, run.store.load()))).toBe(canonical(run.state));
  });

  test('by the clock of its step, or by force, does so as well', () => {
    const timed = ask({ quorum: 3, form }, { stepTimeoutMs: 100 });
    timed.answer('ask', 'ada', { values: { tag: 'a' }, comment: 'Fine.' });
    timed.fire('ask', 'step_timeout');
    expect(timed.step('ask')).toMatchObject({ status: 'timed_out', reason: 'step_timed_out', output: given });
    const forced = ask({ quorum: 3, form });
    forced.answer('ask', 'ada', { values: { tag: 'a' }, comment: 'Fine.' });
    forced.cancel(true);
    expect(forced.step('ask').output).toMatchObject(given);
  });

  test('without an answer ends as any step does', () => {
    const run = ask({ quorum: 2 });
    run.cancel();
    expect(run.step('ask')).toMatchObject({ output: null, error: { message: 'The run was cancelled.' } });
  });
});

describe('an approval', () => {
  test('waits for a person without a worker, and gives the answer to the steps after it', () => {
    const run = runOf(
      { steps: { ask: approval(), next: { needs: 'ask', input: { by: '{{ steps.ask.output.by }}' } } } },
      { tag: 'v2' },
    );
    expect(run.step('ask').status).toBe('waiting');
    expect(run.store.work.size).toBe(0);
    expect(run.wait('ask', 'approval').dueAt).toBeNull();
    expect(detailOf(run)).toMatchObject({ prompt: 'Release v2?', approvers: null, quorum: 1, answers: [] });
    run.now += 10;
    expect(run.answer('ask', 'ada', { comment: 'Fine.' })).toBeNull();
    expect(run.input('next')).toEqual({ by: 'ada' });
    expect(outputOf(run)).toEqual({
      approved: true,
      by: 'ada',
      answers: [{ by: 'ada', decision: 'approve', values: {}, comment: 'Fine.', at: new Date(run.now).toISOString() }],
      values: {},
    });
  });

  test('that somebody rejects fails for good, and tells by whom and why', () => {
    const run = ask({ quorum: 3 }, { retry: { attempts: 5 } });
    run.answer('ask', 'ada');
    run.answer('ask', 'bob', { decision: 'reject', comment: 'Not on Friday.' });
    expect(run.step('ask')).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code: 'approval_rejected', message: 'Rejected by bob: Not on Friday.', retryable: false },
      output: { approved: false, by: 'bob', answers: [{ by: 'ada' }, { by: 'bob' }] },
    });
    expect(run.statuses).toBe('ask:failed next:skipped(upstream_failed)');
  });

  test('needs as many different people as its quorum says; who answers again takes the place of the first answer', () => {
    const run = ask({ quorum: 2, form: fields({ tag: { type: 'string' } }) });
    run.answer('ask', 'ada', { values: { tag: 'a' } });
    run.answer('ask', 'ada', { values: { tag: 'b' } });
    expect(detailOf(run).answers).toMatchObject([{ by: 'ada', values: { tag: 'b' } }]);
    expect(run.step('ask').status).toBe('waiting');
    run.answer('ask', 'bob', { values: {} });
    expect(run.step('ask')).toMatchObject({ status: 'succeeded', output: { by: 'bob', values: { tag: 'b' } } });
  });

  test('is not changed by the same answer again', () => {
    const run = ask({ quorum: 2 });
    run.answer('ask', 'ada', { comment: 'Yes.' });
    const before = run.wait('ask', 'approval');
    run.now += 5;
    expect(run.answer('ask', 'ada', { comment: 'Yes.' })).toBeNull();
    expect(run.last.waits).toEqual([]);
    expect(run.wait('ask', 'approval')).toEqual(before);
  });

  test('takes answers only from those that it names', () => {
    const run = ask({ approvers: { users: ['{{ [input.tag, "ada"] }}', 'bob'], roles: ['release'] } });
    expect(detailOf(run).approvers).toEqual({ users: ['v2', 'ada', 'bob'], roles: ['release'] });
    expect(run.answer('ask', 'eve')).toMatchObject({
      code: 'not_an_approver',
      message: 'eve may not answer this approval; v2, ada, bob, whoever has the role release may.',
    });
    expect(run.answer('ask', 'ada')).toBeNull();
  });

  test('fails when its approvers are no names', () => {
    expect(ask({ approvers: { users: ['{{ input }}'] } }).step('ask')).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_approvers' },
    });
  });

  test('checks what was filled in, and names each value that is wrong', () => {
    const form = fields({
      region: { type: 'string', enum: ['eu', 'us'], required: true },
      count: { type: 'integer', default: 2 },
    });
    const run = ask({ form });
    expect(run.answer('ask', 'ada', { values: { region: 'mars', count: 'x' } })).toMatchObject({
      code: 'invalid_values',
      problems: [
        { path: '/region', expected: 'one of "eu", "us"', actual: 'string "mars"' },
        { path: '/count', expected: 'integer', actual: 'string "x"' },
      ],
    });
    expect(run.answer('ask', 'ada', { values: [] as never })).toMatchObject({
      message: 'The form: expected object, got array.',
    });
    expect(detailOf(run).answers).toEqual([]);
    run.answer('ask', 'ada', { values: { region: 'eu' } });
    expect(outputOf(run).values).toEqual({ region: 'eu', count: 2 });
  });

  test('without a form takes no values; a rejection needs none', () => {
    expect(ask().answer('ask', 'ada', { values: { x: 1 } })?.code).toBe('invalid_values');
    const form = fields({ why: { type: 'string', required: true } });
    expect(ask({ form }).answer('ask', 'ada', { decision: 'reject' })).toBeNull();
    expect(ask({ form }).answer('ask', 'ada', { decision: 'reject', values: { why: 1 } })?.code).toBe('invalid_values');
  });

  test('refuses an answer once it has ended', () => {
    const run = runOf({ steps: { ask: approval(), next: { needs: 'ask' } } }, { tag: 'v2' });
    const { step, item, iteration, attempt } = run.wait('ask', 'approval');
    const key = { step, item, iteration, attempt };
    run.answer('ask', 'ada');
    const answer = { by: 'bob', decision: 'reject', values: {}, comment: null } as const;
    expect(run.send({ type: 'answer', key, answer, standing: nameOnly('bob') })?.code).toBe('stale_attempt');
    run.succeed('next');
    expect(run.send({ type: 'answer', key, answer, standing: nameOnly('bob') })?.code).toBe('run_ended');
  });

  test('may be asked of each item, in every iteration, and with a retry', () => {
    const run = runOf({ steps: { ask: approval({ prompt: '{{ item }}?' }, { forEach: ['a', 'b'] }) } });
    expect([detailOf(run, 0).prompt, detailOf(run, 1).prompt]).toEqual(['a?', 'b?']);
    run.answer('ask', 'ada', {}, 1);
    run.answer('ask', 'ada', { decision: 'reject' }, 0);
    expect(run.step('ask')).toMatchObject({ status: 'failed', items: { succeeded: 1, failed: 1 } });

    const loop = runOf({
      vars: { n: 0 },
      steps: {
        ask: approval(
          { prompt: '{{ vars.n }}?' },
          { next: [{ when: 'vars.n < 1', publish: [{ n: '{{ vars.n + 1 }}' }], do: ['ask'] }] },
        ),
      },
    });
    loop.answer('ask', 'ada');
    expect(detailOf(loop).prompt).toBe('1?');

    const again = ask({ timeoutMs: 50 }, { retry: { attempts: 2, delayMs: 10 } });
    again.fire('ask', 'approval');
    again.fire('ask', 'retry');
    expect(again.wait('ask', 'approval')).toMatchObject({ attempt: 2, dueAt: again.now + 50 });
    again.answer('ask', 'ada');
    expect(again.step('ask')).toMatchObject({ status: 'succeeded', attempts: 2 });
  });

  test('ends at once when its run is cancelled or its step is out of time', () => {
    const run = ask();
    run.cancel();
    expect(run.statuses).toBe('ask:cancelled(run_cancelled) next:cancelled(run_cancelled)');
    const late = ask({}, { stepTimeoutMs: 30 });
    late.fire('ask', 'step_timeout');
    expect(late.step('ask')).toMatchObject({ status: 'timed_out', reason: 'step_timed_out', startedAt: 1_000 });
  });
});

describe('the time of an approval', () => {
  test('being over fails it, skips it or approves it', () => {
    const form = fields({ tag: { type: 'string', default: 'v9' } });
    const outcome = (on_timeout?: 'fail' | 'skip' | 'approve') => {
      const run = ask({ timeoutMs: 60_000, form, ...(on_timeout === undefined ? {} : { on_timeout }) });
      run.fire('ask', 'approval');
      return { statuses: run.statuses, step: run.step('ask') };
    };
    const failed = outcome();
    expect(failed.statuses).toBe('ask:timed_out(approval_timed_out) next:skipped(upstream_failed)');
    expect(failed.step.error).toMatchObject({
      code: 'approval_timed_out',
      message: '0 of 1 approvals came within the timeout of 1m.',
    });
    expect(outcome('fail')).toEqual(failed);
    const skipped = outcome('skip');
    expect(skipped.statuses).toBe('ask:skipped(approval_timed_out) next:skipped(upstream_skipped)');
    const approved = outcome('approve');
    expect(approved.statuses).toBe('ask:succeeded(approval_timed_out) next:ready');
    expect(approved.step.output).toEqual({ approved: true, by: null, answers: [], values: { tag: 'v9' } });
  });

  test('an item that is skipped is no failure', () => {
    const run = runOf({ steps: { ask: approval({ prompt: '?', timeoutMs: 5, on_timeout: 'skip' }, { forEach: 1 }) } });
    run.fire('ask', 'approval', 0);
    expect(run.step('ask')).toMatchObject({ status: 'succeeded', items: { succeeded: 1, failed: 0 } });
    expect(restoreState(run.plan, run.store.load()).steps[0]?.ended?.items).toMatchObject({ succeeded: 1, failed: 0 });
  });

  test('first lets others answer as well, where it escalates; then it goes on to the time-out', () => {
    const run = ask({
      timeoutMs: 100,
      approvers: { users: ['ada'], roles: ['dev'] },
      escalate: { afterMs: 40, approvers: { users: ['{{ input.tag }}'], roles: ['ops'] } },
    });
    expect(run.wait('ask', 'approval').dueAt).toBe(1_040);
    expect(run.answer('ask', 'v2')?.code).toBe('not_an_approver');
    run.fire('ask', 'approval');
    expect(detailOf(run)).toMatchObject({
      escalated: true,
      approvers: { users: ['ada', 'v2'], roles: ['dev', 'ops'] },
    });
    expect(run.answer('ask', 'cy', {}, -1, { groups: [], roles: ['other'] })?.code).toBe('not_an_approver');
    expect(run.wait('ask', 'approval').dueAt).toBe(1_100);
    run.fire('ask', 'approval');
    expect(run.step('ask').reason).toBe('approval_timed_out');
  });

  test('is not over for a server that took the wait before it escalated', () => {
    const run = ask({ timeoutMs: 100, escalate: { afterMs: 40, approvers: { users: ['bob'] } } });
    const { step, item, iteration, attempt } = run.wait('ask', 'approval');
    const late = {
      type: 'timer_fired',
      kind: 'approval',
      key: { step, item, iteration, attempt },
      dueAt: 1_040,
    } as const;
    run.now = 1_040;
    expect(run.send(late)).toBeNull();
    expect(run.send(late)?.code).toBe('not_waiting');
    expect(detailOf(run).approvers).toBeNull();
    expect(run.answer('ask', 'anybody')).toBeNull();
  });

  test('that escalates after it is over does not escalate', () => {
    const run = ask({ timeoutMs: 40, escalate: { afterMs: 40, approvers: { users: ['bob'] } } });
    run.fire('ask', 'approval');
    expect(run.step('ask').status).toBe('timed_out');
  });
});

describe('who may answer', () => {
  const member = (...groups: string[]) => ({ groups, roles: [] });
  const having = (...roles: string[]) => ({ groups: [], roles });

  test('is whoever is named, is in a group, or has a role', () => {
    const approvers = { users: ['ada'], groups: ['{{ input.tag }}', 'ops'], roles: ['release'] };
    const asked = () => ask({ approvers });
    expect(asked().answer('ask', 'ada')).toBeNull();
    expect(asked().answer('ask', 'bob', {}, -1, member('dev', 'ops'))).toBeNull();
    expect(asked().answer('ask', 'bob', {}, -1, member('v2'))).toBeNull();
    expect(asked().answer('ask', 'bob', {}, -1, having('release'))).toBeNull();
    expect(asked().answer('ask', 'bob', {}, -1, { groups: 'all', roles: 'all' })).toBeNull();
    expect(asked().answer('ask', 'bob', {}, -1, { groups: ['release'], roles: ['ops'] })).toMatchObject({
      code: 'not_an_approver',
      message:
        'bob may not answer this approval; ada, members of v2, members of ops, whoever has the role release may.',
    });
    expect(ask({ approvers: { groups: ['ops'] } }).answer('ask', 'bob')?.code).toBe('not_an_approver');
    expect(ask({ approvers: { users: [] } }).answer('ask', 'bob')?.message).toBe(
      'bob may not answer this approval; nobody may.',
    );
    expect(ask({ approvers: {} }).answer('ask', 'bob')).toBeNull();
  });

  test('is a program only where it is named in person', () => {
    const service = { groups: ['ops'], roles: ['release'], service: true } as const;
    const answer = (approvers?: ApprovalBody['approvers']) =>
      ask(approvers === undefined ? {} : { approvers }).answer('ask', 'bot', {}, -1, service);
    expect(answer()?.code).toBe('not_an_approver');
    expect(answer({ groups: ['ops'], roles: ['release'] })?.code).toBe('not_an_approver');
    expect(answer({ users: ['bot'] })).toBeNull();
  });

  test('is not who started the run, where duties are separated', () => {
    const text = { steps: { ask: approval({ separation_of_duty: true, quorum: 2 }) } };
    const started = runOf(text, { tag: 'v2' }, { trigger: { account: 'ada', type: 'api' } });
    expect(started.answer('ask', 'ada')).toMatchObject({
      code: 'not_an_approver',
      message: 'ada may not answer this approval, having started the run.',
    });
    expect(started.delegate('ask', 'ada', 'bob')?.code).toBe('not_an_approver');
    expect(started.delegate('ask', 'bob', 'ada')).toMatchObject({ code: 'cannot_delegate' });
    expect(started.answer('ask', 'bob')).toBeNull();
    expect(started.answer('ask', 'cy')).toBeNull();
    expect(started.step('ask').status).toBe('succeeded');
    const byClock = runOf(text, { tag: 'v2' }, { trigger: { type: 'schedule' } });
    expect(byClock.answer('ask', 'ada')).toBeNull();
    const free = runOf({ steps: { ask: approval() } }, { tag: 'v2' }, { trigger: { account: 'ada', type: 'api' } });
    expect(free.answer('ask', 'ada')).toBeNull();
  });

  test('are, after an escalation, all whom both lists mean; where everybody may, everybody still does', () => {
    const escalate = (approvers: ApprovalBody['approvers']) => {
      const run = ask({
        ...(approvers === undefined ? {} : { approvers }),
        escalate: { afterMs: 40, approvers: { groups: ['ops'] } },
      });
      run.fire('ask', 'approval');
      return detailOf(run).approvers;
    };
    expect(escalate({ roles: ['dev'] })).toEqual({ roles: ['dev'], groups: ['ops'] });
    expect(escalate({ groups: ['dev', 'ops'] })).toEqual({ groups: ['dev', 'ops'] });
    expect(escalate({})).toEqual({});
    expect(escalate(undefined)).toBeNull();
  });
});

describe('a vote that is handed over', () => {
  const three = { approvers: { users: ['ada', 'bob', 'cy'] } };

  test('lets the other one answer, and the first one no more; the output tells of it', () => {
    const run = ask({ ...three, quorum: 1 });
    run.now += 5;
    expect(run.delegate('ask', 'ada', 'eve')).toBeNull();
    const before = run.wait('ask', 'approval');
    expect(run.delegate('ask', 'ada', 'eve')).toBeNull();
    expect(run.last.waits).toEqual([]);
    expect(run.wait('ask', 'approval')).toEqual(before);
    expect(run.answer('ask', 'ada')).toMatchObject({
      message: 'ada may not answer this approval any more: the vote was handed over to eve.',
    });
    expect(canonical(restoreState(run.plan, run.store.load()))).toBe(canonical(run.state));
    expect(run.answer('ask', 'eve')).toBeNull();
    expect(outputOf(run)).toMatchObject({
      approved: true,
      answers: [{ by: 'eve', for: ['ada'] }],
      delegations: [{ from: 'ada', to: 'eve', comment: null, at: new Date(run.now).toISOString() }],
    });
  });

  test('goes on with those that came before it, and comes back', () => {
    const run = ask({ approvers: { users: ['ada', 'bob'] }, quorum: 1 });
    run.delegate('ask', 'ada', 'bob');
    run.delegate('ask', 'bob', 'cy');
    expect(['ada', 'bob'].map((name) => run.answer('ask', name)?.code)).toEqual(['not_an_approver', 'not_an_approver']);
    run.delegate('ask', 'cy', 'ada');
    expect(run.answer('ask', 'cy')?.code).toBe('not_an_approver');
    expect(run.answer('ask', 'ada')).toBeNull();
    expect(run.step('ask').status).toBe('succeeded');
  });

  test('is one that there is, of somebody who has not answered, for somebody who has not', () => {
    const run = ask({ ...three, quorum: 2 });
    expect(run.delegate('ask', 'eve', 'dee')?.code).toBe('not_an_approver');
    expect(run.delegate('ask', 'ada', 'ada')?.message).toBe('ada has the vote already.');
    run.answer('ask', 'bob');
    expect(run.delegate('ask', 'bob', 'dee')?.message).toBe('bob has answered already, and counts once.');
    expect(run.delegate('ask', 'ada', 'bob')?.message).toBe('bob has answered already, and counts once.');
    expect(run.delegate('ask', 'ada', 'dee')).toBeNull();
  });

  test('leaves enough people for the quorum, as far as names tell', () => {
    const run = ask({ ...three, quorum: 2 });
    expect(run.delegate('ask', 'ada', 'bob')).toBeNull();
    expect(run.delegate('ask', 'cy', 'bob')).toMatchObject({
      code: 'cannot_delegate',
      message: '2 people must approve, and only 1 could then.',
    });
    expect(run.delegate('ask', 'cy', 'dee')).toBeNull();
    const grouped = ask({ approvers: { users: ['ada'], groups: ['ops'] }, quorum: 2 });
    expect(grouped.delegate('ask', { name: 'dee', groups: ['ops'], roles: [] }, 'ada')).toBeNull();
  });

  test('is not handed over when the approval has ended', () => {
    const run = runOf({ steps: { ask: approval(), next: { needs: 'ask' } } }, { tag: 'v2' });
    const { step, item, iteration, attempt } = run.wait('ask', 'approval');
    run.answer('ask', 'ada');
    const key = { step, item, iteration, attempt };
    const command = { type: 'delegate', key, from: nameOnly('bob'), to: 'cy', comment: null } as const;
    expect(run.send(command)?.code).toBe('stale_attempt');
  });
});
