import { createHmac } from 'node:crypto';
import {
  type AttemptClaims,
  attemptKeyLabel,
  noBounds,
  runId,
  type WorkerId,
  workerId,
  writeAttemptClaims,
} from '@millrace/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import { hashToken } from './tokens.ts';

const yaml = `
workflows:
  plain: { steps: { only: { type: shell, cmd: "true" } } }
  calling: { steps: { before: { type: shell, cmd: "true" }, only: { type: shell, cmd: "true", api: true, depends_on: [before] } } }
`;
const secret = (letter: string) => letter.repeat(43);
const joined = 'WWWWWWWWWW';
const other = 'OOOOOOOOOO';
const tokenOf = (id: string, letter: string) => `mrw_${id}_${secret(letter)}`;
const ownKey = new Uint8Array(32).fill(7);
const keyOf = (shared: string) => createHmac('sha256', shared).update(attemptKeyLabel).digest();
const hourMs = 3_600_000;

let open: TestEngine;
beforeEach(async () => {
  open = await startTestEngine(yaml);
});
afterEach(async () => {
  expect(open.errors).toEqual([]);
  await open.stop();
});

function sign(key: Uint8Array, claims: AttemptClaims): string {
  const signed = `mra_${Buffer.from(writeAttemptClaims(claims)).toString('base64url')}`;
  return `${signed}_${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

const nameOf = async (token: string, keys: readonly Uint8Array[] = [ownKey]) =>
  (await open.engine.people.identify.byAttempt(token, keys))?.name ?? null;

async function join(id: string, letter = 'a'): Promise<void> {
  const { joining } = open.engine;
  const { token } = await joining.tokens.create({ name: 't', bounds: noBounds, lifeMs: null, mostUses: 1, by: 'ada' });
  await joining.join({ joinToken: token, workerToken: tokenOf(id, letter), name: id, address: '192.0.2.1' });
}

/** A worker holds a step of a new run: of `calling`, the one that may call the API. */
async function hold(id: string, workflow = 'calling', hand = open.worker(id)) {
  const run = await open.start(workflow);
  // The first call asks; the next one brings what was claimed for it.
  await hand.sync();
  await hand.sync();
  if (workflow === 'calling') await hand.succeed('before');
  const { step, item, iteration, attempt } = hand.take('only');
  const ref = { run, step, item, iteration, attempt };
  const claims: AttemptClaims = { worker: workerId(id), ref, until: open.clock.now() + hourMs };
  return { hand, claims };
}

describe('the token of an attempt', () => {
  test('says which attempt it is', async () => {
    const { claims } = await hold('in-process');
    const actor = await open.engine.people.identify.byAttempt(sign(ownKey, claims), [ownKey]);
    expect(actor).toMatchObject({
      name: `attempt:${claims.ref.run}/only`,
      kind: 'attempt',
      authority: { roles: [], scopes: null },
      attempt: { claims, workspace: 'test', step: 'only' },
    });
  });

  test('is refused when any part of it is another one', async () => {
    const { claims } = await hold('in-process');
    const { ref } = claims;
    const good = sign(ownKey, claims);
    const [, payload = '', mac = ''] = /^mra_(.+)_(.{43})$/.exec(good) ?? [];
    const withPayload = (changed: AttemptClaims) =>
      `mra_${Buffer.from(writeAttemptClaims(changed)).toString('base64url')}_${mac}`;
    const changes: readonly AttemptClaims[] = [
      { ...claims, worker: workerId('elsewhere') },
      { ...claims, ref: { ...ref, run: runId('999') } },
      { ...claims, ref: { ...ref, step: 0 } },
      { ...claims, ref: { ...ref, item: 0 } },
      { ...claims, ref: { ...ref, iteration: 1 } },
      { ...claims, ref: { ...ref, attempt: 2 } },
      { ...claims, until: claims.until + 1 },
    ];
    for (const changed of changes) {
      // Not signed; and, signed well, an attempt that nobody holds so, but for one that is good for longer.
      expect(await nameOf(withPayload(changed))).toBeNull();
      const isHeld = changed.until !== claims.until;
      expect(await nameOf(sign(ownKey, changed))).toBe(isHeld ? await nameOf(good) : null);
    }
    const last = mac.endsWith('A') ? 'B' : 'A';
    for (const wrong of [
      `mra_${payload}_${mac.slice(0, -1)}${last}`,
      `mra_${payload}_${mac.slice(0, -1)}`,
      `mra_${payload}=_${mac}`,
      `mra_${payload}`,
      'mra_',
      `${good}x`,
      good.toUpperCase(),
      sign(ownKey, claims).replace(payload, Buffer.from('a/b').toString('base64url')),
    ]) {
      expect(await nameOf(wrong)).toBeNull();
    }
    expect(await nameOf(good)).not.toBeNull();
  });

  test('is refused with another key, or with none', async () => {
    const { claims } = await hold('in-process');
    const token = sign(ownKey, claims);
    expect(await nameOf(token, [])).toBeNull();
    expect(await nameOf(token, [new Uint8Array(32).fill(8)])).toBeNull();
    expect(await nameOf(token, [new Uint8Array(32).fill(8), ownKey])).not.toBeNull();
  });

  test('expires, with a leeway for clocks that differ', async () => {
    const { claims } = await hold('in-process');
    const at = (ms: number) => nameOf(sign(ownKey, { ...claims, until: open.clock.now() + ms }));
    expect(await at(-5 * 60_000 + 1)).not.toBeNull();
    expect(await at(-5 * 60_000)).toBeNull();
  });

  test('ends with the attempt', async () => {
    const { hand, claims } = await hold('in-process');
    const token = sign(ownKey, claims);
    const actor = await open.engine.people.identify.byAttempt(token, [ownKey]);
    if (actor === null) throw new Error('It is good.');
    expect(await open.engine.people.identify.again(actor)).toBe(actor);
    await hand.succeed('only');
    expect(await nameOf(token)).toBeNull();
    expect(await open.engine.people.identify.again(actor)).toBeNull();
  });

  test('ends with the lease of its worker', async () => {
    const { claims } = await hold('in-process');
    expect(await nameOf(sign(ownKey, claims))).not.toBeNull();
    await open.clock.advance(120_000);
    expect(await nameOf(sign(ownKey, claims))).toBeNull();
  });

  test('is none of a step that does not ask for it', async () => {
    const { claims } = await hold('in-process', 'plain');
    expect(await nameOf(sign(ownKey, claims))).toBeNull();
  });
});

describe('the token of an attempt of a worker that joined', () => {
  const at = (id: string): WorkerId => workerId(`${id}.p1`);

  test('is signed with the hash of the own token of that worker, and of no other', async () => {
    await join(joined);
    await join(other, 'b');
    const { claims } = await hold(at(joined));
    const own = keyOf(hashToken(secret('a')));
    expect(await nameOf(sign(own, claims))).toBe(`attempt:${claims.ref.run}/only`);
    // Neither the other worker, nor who has the shared token, signs for it; nor does the token itself.
    for (const key of [keyOf(hashToken(secret('b'))), ownKey, keyOf(secret('a'))]) {
      expect(await nameOf(sign(key, claims), [ownKey])).toBeNull();
    }
    // Nor does it sign for others.
    expect(await nameOf(sign(own, { ...claims, worker: at(other) }))).toBeNull();
    expect(await nameOf(sign(own, { ...claims, worker: workerId('in-process') }))).toBeNull();
  });

  test('outlives a new token of its worker, which signs from then on', async () => {
    await join(joined);
    const before = await hold(at(joined));
    const [old, fresh] = [keyOf(hashToken(secret('a'))), keyOf(hashToken(secret('c')))];
    await open.engine.joining.rotate(tokenOf(joined, 'a'), tokenOf(joined, 'c'));
    expect(await nameOf(sign(old, before.claims))).not.toBeNull();
    expect(await nameOf(sign(fresh, before.claims))).not.toBeNull();
    // Until the old one is over; the worker goes on asking, so its lease does not end.
    for (let passed = 0; passed <= 5 * 60_000; passed += 3_000) {
      await open.clock.advance(3_000);
      await before.hand.sync();
    }
    expect(await nameOf(sign(old, before.claims))).not.toBeNull();
    const after = await hold(at(joined), 'calling', before.hand);
    expect(await nameOf(sign(old, after.claims))).toBeNull();
    expect(await nameOf(sign(fresh, after.claims))).not.toBeNull();
    await open.engine.joining.rotate(tokenOf(joined, 'c'), tokenOf(joined, 'd'));
    expect(await nameOf(sign(old, before.claims))).toBeNull();
  });

  test('ends with a worker that is revoked', async () => {
    await join(joined);
    const { claims } = await hold(at(joined));
    const token = sign(keyOf(hashToken(secret('a'))), claims);
    expect(await nameOf(token)).not.toBeNull();
    await open.engine.joining.revoke(joined, 'ada');
    expect(await nameOf(token)).toBeNull();
  });
});
