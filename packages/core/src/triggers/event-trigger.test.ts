import { describe, expect, test } from 'vitest';
import type { StoredEvent } from '../events/event.ts';
import { eventId } from '../values/ids.ts';
import type { JsonObject } from '../values/json.ts';
import { fireEventTrigger } from './event-trigger.ts';

const event: StoredEvent = {
  id: eventId('42'),
  workspace: 'main',
  type: 'git.pushed',
  payload: { tag: 'v1', count: 2 },
  source: { type: 'api' },
  key: 'k',
  at: 5,
};
const trigger = (more: JsonObject = {}): JsonObject => ({
  ...{ name: 'tagged', type: 'event', workflow: 'release', event: 'git.pushed', enabled: true },
  ...{ input: { tag: '{{ event.payload.tag }}', count: '{{ event.payload.count + 1 }}' } },
  ...more,
});

describe('a trigger of type event', () => {
  test('starts a run with the rendered input, and says by which event', () => {
    expect(fireEventTrigger(trigger(), event, 9)).toEqual({
      input: { tag: 'v1', count: 3 },
      trigger: { type: 'event', name: 'tagged', event: '42', chain: 1 },
    });
  });

  test.each([
    ['of another type', { type: 'manual' }],
    ['for other events', { event: 'git.pulled' }],
    ['that is disabled', { enabled: false }],
    ['whose condition does not hold', { when: 'event.payload.tag == "v2"' }],
  ])('%s does not fire', (_what, more) => {
    expect(fireEventTrigger(trigger(more), event, 9)).toBeNull();
  });

  test('fires when its condition holds; what cannot be evaluated is a fault', () => {
    expect(fireEventTrigger(trigger({ when: 'event.payload.tag starts_with "v"' }), event, 9)).toMatchObject({
      input: { count: 3 },
    });
    expect(fireEventTrigger(trigger({ when: 'event.payload.none.x' }), event, 9)).toMatchObject({
      fault: { code: 'expression' },
    });
    expect(fireEventTrigger(trigger({ input: { x: '{{ 1 + "a" }}' } }), event, 9)).toMatchObject({
      fault: { code: 'expression' },
    });
  });

  test('gives the same uuids for the same event, whenever it is delivered', () => {
    const fire = (now: number, id = '42') =>
      fireEventTrigger(
        trigger({ input: { a: '{{ uuid() }}', b: '{{ uuid() }}' } }),
        { ...event, id: eventId(id) },
        now,
      );
    expect(fire(1)).toEqual(fire(2));
    expect(fire(1)).not.toEqual(fire(1, '43'));
    expect(new Set(Object.values((fire(1) as { input: JsonObject }).input)).size).toBe(2);
  });

  test('stops a chain of events that lead to one another', () => {
    const after = (chain: number) => fireEventTrigger(trigger(), { ...event, source: { type: 'run', chain } }, 9);
    expect(after(100)).toMatchObject({ trigger: { chain: 100 } });
    expect(after(101)).toMatchObject({ fault: { code: 'event_chain_limit' } });
  });
});
