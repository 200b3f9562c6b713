import { describe, expect, test } from 'vitest';
import { begin, explainingEngines } from '../../test/explaining-engine.ts';
import { settle } from '../../test/test-engine.ts';

const start = explainingEngines();

describe('people', () => {
  test('an approval that everybody may give, with the command to type', async () => {
    const { start: run, reasonOf } = await start();
    const id = await run('asking');
    const answer = await reasonOf(id, 'waiting_for_people');
    expect(answer).toMatchObject({ since: begin, prompt: 'Ship it?', approvers: null, quorum: 1, approved: [] });
    expect(answer.message).toBe(
      'Step only waits since 2026-01-01T00:00:00.000Z (0ms ago) for 1 more person to approve: Ship it? Everybody may answer.',
    );
    expect(answer.changes.map(({ command }) => command)).toEqual([
      `millrace approval approve ${id} only`,
      `millrace approval reject ${id} only`,
    ]);
  });

  test('who may answer, how many have, when others may, and what happens when time is over', async () => {
    const { start: run, reasonOf, engine, clock } = await start();
    const id = await run('board');
    await engine.answerApproval(id, { step: 'only', by: 'ada', decision: 'approve', values: {}, comment: null });
    const answer = await reasonOf(id, 'waiting_for_people');
    expect(answer).toMatchObject({
      approved: ['ada'],
      quorum: 2,
      escalatesAt: begin + 3_600_000,
      timesOutAt: begin + 86_400_000,
      onTimeout: 'skip',
    });
    expect(answer.message).toContain(
      'for 1 more person to approve (ada approved): Ship it? ada, bob and whoever has the role release may answer. ' +
        'At 2026-01-02T00:00:00.000Z (in 1d) it is skipped.',
    );
    expect(answer.changes.map(({ by, at, command }) => [by, at, command])).toEqual([
      ['person', null, `millrace approval approve ${id} only --by ada`],
      ['person', null, `millrace approval reject ${id} only --by ada`],
      ['clock', begin + 3_600_000, null],
      ['clock', begin + 86_400_000, null],
    ]);
    await clock.advance(3_600_001);
    await settle();
    const later = await reasonOf(id, 'waiting_for_people');
    expect(later).toMatchObject({ escalated: true, approvers: { users: ['ada', 'bob', 'cy'] } });
    expect(later.message).toContain('It has escalated.');
    expect(later.changes.map(({ by }) => by)).toEqual(['person', 'person', 'clock']);
  });

  test('an approval of an item names the item', async () => {
    const { start: run, explain } = await start();
    const id = await run('asking-each');
    const [, first] = await explain(id, { step: 'only' });
    expect(first).toMatchObject({ item: 0, reason: 'waiting_for_people', prompt: '0?' });
    expect(first?.changes[0]?.command).toBe(`millrace approval approve ${id} only --item 0`);
    expect((await explain(id))[1]).toMatchObject({ reason: 'items_open', groups: [{ count: 2, items: [0, 1] }] });
  });
});

describe('events', () => {
  test('a wait for an event: of which type, that matches what, until when, and how one is emitted', async () => {
    const { start: run, reasonOf, engine } = await start();
    const id = await run('awaiting');
    const answer = await reasonOf(id, 'waiting_for_event');
    expect(answer).toMatchObject({
      ...{ since: begin, type: 'order.paid', when: 'event.payload.order == 7', until: begin + 3_600_000, fault: null },
      changes: [
        { by: 'person', command: "millrace event emit order.paid -w test --payload '{…}'" },
        { by: 'clock', at: begin + 3_600_000 },
      ],
    });
    expect(answer.message).toBe(
      'Step only waits since 2026-01-01T00:00:00.000Z (0ms ago) for an event order.paid for which ' +
        '`event.payload.order == 7` holds, until 2026-01-01T01:00:00.000Z (in 1h).',
    );
    await engine.emitEvent({ workspace: 'test', type: 'order.paid', payload: {}, source: {} });
    await settle();
    const after = await reasonOf(id, 'waiting_for_event');
    expect(after.fault).toMatchObject({ event: '1' });
    expect(after.message).toContain('Of event 1 that could not be said, so it did not match: ');
  });

  test('a wait for any event of a type, without an end', async () => {
    const { start: run, reasonOf } = await start();
    const answer = await reasonOf(await run('awaiting-any'), 'waiting_for_event');
    expect(answer).toMatchObject({ when: null, until: null });
    expect(answer.changes.map(({ by }) => by)).toEqual(['person']);
  });
});
