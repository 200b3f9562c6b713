import type { ServerMessage } from '@millrace/api';
import { runId } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { presentLiveEvent } from '../present/present-live-event.ts';
import { createAdmission } from './admission.ts';
import { createLiveSocket } from './live-socket.ts';
import type { TellableEvent } from './subscription-match.ts';

const event = (run: string, changes: Partial<TellableEvent> = {}): TellableEvent =>
  ({
    type: 'run',
    run: runId(run),
    workspace: 'shop',
    workflow: 'release',
    status: 'running',
    version: 1,
    at: 0,
    ...changes,
  }) as TellableEvent;

/** A socket whose reader takes what is sent only when the test says so. */
function open(limits = { socketBufferBytes: 1000, subscriptionsPerSocket: 3 }) {
  const messages: ServerMessage[] = [];
  const state = { buffered: 0, pings: 0, terminated: false, sent: [] as ((error?: Error | null) => void)[] };
  const socket = createLiveSocket(
    {
      get bufferedAmount() {
        return state.buffered;
      },
      send(text, sent) {
        state.buffered += text.length;
        messages.push(JSON.parse(text));
        if (sent !== undefined) state.sent.push(sent);
      },
      ping: () => {
        state.pings += 1;
      },
      close: () => {},
      terminate: () => {
        state.terminated = true;
      },
    },
    limits,
  );
  return {
    ...socket,
    messages,
    state,
    say: (message: unknown) => socket.receive(JSON.stringify(message)),
    emit: (one: TellableEvent) => socket.tell(one, () => JSON.stringify(presentLiveEvent(one))),
    /** The reader takes everything. */
    drain() {
      state.buffered = 0;
      for (const sent of state.sent.splice(0)) sent();
    },
    events: () => messages.filter((message) => message.type === 'event'),
    gaps: () => messages.filter((message) => message.type === 'gap'),
  };
}

describe('an event socket', () => {
  test('tells nothing before somebody subscribes, and nothing after', () => {
    const socket = open();
    socket.emit(event('1'));
    socket.say({ subscribe: { id: 'a' } });
    socket.emit(event('2'));
    socket.say({ unsubscribe: { id: 'a' } });
    socket.emit(event('3'));
    expect(socket.messages.map(({ type }) => type)).toEqual(['subscribed', 'event', 'unsubscribed']);
  });

  test('tells each event once, with the subscriptions that it matches and a sequence', () => {
    const socket = open();
    socket.say({ subscribe: { id: 'all' } });
    socket.say({ subscribe: { id: 'one', run: '2' } });
    socket.emit(event('1'));
    socket.emit(event('2'));
    expect(socket.events()).toMatchObject([
      { sequence: 1, subscriptions: ['all'], event: { run: '1', at: '1970-01-01T00:00:00.000Z' } },
      { sequence: 2, subscriptions: ['all', 'one'], event: { run: '2' } },
    ]);
  });

  test.each<[string, object, TellableEvent, boolean]>([
    ['another workspace', { workspace: 'x' }, event('1'), false],
    ['its workspace', { workspace: 'shop' }, event('1'), true],
    ['another workflow', { workflow: 'x' }, event('1'), false],
    ['its workflow', { workflow: 'release' }, event('1'), true],
    ['another type', { types: ['log'] }, event('1'), false],
    ['its type', { types: ['log', 'run'] }, event('1'), true],
    [
      'a change elsewhere, with a workspace that it does not tell',
      { workspace: 'x' },
      { type: 'changed', run: runId('1') },
      true,
    ],
    ['a change of another run', { run: '2' }, { type: 'changed', run: runId('1') }, false],
    ['a workspace', { workspace: 'x' }, { type: 'workspace', workspace: 'x', revision: 'r', errors: 0 }, true],
    [
      'a workspace, asked for a run',
      { run: '1' },
      { type: 'workspace', workspace: 'x', revision: 'r', errors: 0 },
      false,
    ],
  ])('filters: %s', (_, filter, one, heard) => {
    const socket = open();
    socket.say({ subscribe: { id: 'a', ...filter } });
    socket.emit(one);
    expect(socket.events().length).toBe(heard ? 1 : 0);
  });

  test('drops events for a slow reader, and tells how many as soon as there is room', () => {
    const socket = open();
    socket.say({ subscribe: { id: 'a' } });
    for (let run = 1; run <= 100; run += 1) socket.emit(event(String(run)));
    const told = socket.events().length;
    expect(told).toBeLessThan(10);
    expect(socket.gaps()).toEqual([]);
    socket.drain();
    expect(socket.gaps()).toEqual([{ type: 'gap', sequence: told + 1, dropped: 100 - told }]);
    socket.emit(event('101'));
    expect(socket.events().at(-1)).toMatchObject({ sequence: told + 2, event: { run: '101' } });
  });

  test('never holds more than its buffer and one event', () => {
    const socket = open();
    socket.say({ subscribe: { id: 'a' } });
    for (let run = 1; run <= 10_000; run += 1) socket.emit(event(String(run)));
    expect(socket.state.buffered).toBeLessThan(1000 + 400);
  });

  test('hands on a gap of the engine, without a number', () => {
    const socket = open();
    socket.gap();
    expect(socket.messages).toEqual([]);
    socket.say({ subscribe: { id: 'a' } });
    socket.gap();
    expect(socket.gaps()).toEqual([{ type: 'gap', sequence: 1, dropped: null }]);
  });

  test('answers pings, and explains messages that it does not understand', () => {
    const socket = open();
    socket.say({ ping: 7 });
    socket.receive('{');
    socket.say({ subscribe: { id: 'a', runs: '1' } });
    expect(socket.messages).toMatchObject([{ type: 'pong', ping: 7 }, { type: 'error' }, { type: 'error' }]);
  });

  test('holds a bounded number of subscriptions; replacing one is no new one', () => {
    const socket = open();
    for (const id of ['a', 'b', 'c', 'c', 'd']) socket.say({ subscribe: { id } });
    expect(socket.messages.map(({ type }) => type)).toEqual([
      'subscribed',
      'subscribed',
      'subscribed',
      'subscribed',
      'error',
    ]);
  });

  test('is cut when it is silent three times in a row', () => {
    const socket = open();
    socket.checkAlive();
    socket.checkAlive();
    socket.heard();
    socket.checkAlive();
    socket.checkAlive();
    expect(socket.state.terminated).toBe(false);
    socket.checkAlive();
    expect(socket.state.terminated).toBe(true);
  });
});

describe('admission of sockets', () => {
  test('bounds open ones, and new ones of an address within ten seconds', () => {
    const admission = createAdmission({ sockets: 10, socketsPerAddress: 2 });
    expect(admission.refusal('a', 10, 0)).toContain('limit');
    expect([1, 2, 3].map((now) => admission.refusal('a', 0, now) === null)).toEqual([true, true, false]);
    expect(admission.refusal('b', 0, 4)).toBeNull();
    expect(admission.refusal('a', 0, 10_001)).toBeNull();
  });
});
