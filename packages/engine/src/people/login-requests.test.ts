import { beforeEach, describe, expect, it } from 'vitest';
import { code, createTestPeople, from } from '../../test/test-people.ts';
import type { Actor } from './actor.ts';
import type { People } from './create-people.ts';
import { hashToken, newToken } from './tokens.ts';

const minute = 60_000;
const { address } = from;

let test: ReturnType<typeof createTestPeople>;
let people: People;
beforeEach(() => {
  test = createTestPeople();
  people = test.people;
});

async function signedIn(name: string): Promise<Actor> {
  await test.makeUser(name);
  return test.actor(name);
}

/** A command line on a machine with a browser, or without. */
async function ask(port: number | null = null) {
  const verifier = newToken();
  const callback = port === null ? null : { port, state: 'the-state' };
  const request = { challenge: hashToken(verifier), machine: 'ada@laptop', callback, address };
  const { code: shown } = await people.logins.create(request);
  const finish = (proof: string | null = null) => people.logins.finish({ verifier, proof, address });
  return { code: shown, finish };
}
const proofIn = (url: string | null): string | null => new URL(url ?? '').searchParams.get('proof');

describe('a command line on a machine with a browser', () => {
  it('gets a session of whoever says yes, with what his browser brings', async () => {
    const ada = await signedIn('ada');
    const line = await ask(40_123);
    expect(await people.logins.find(ada, line.code)).toMatchObject({ machine: 'ada@laptop', address });
    const url = (await people.logins.answer(ada, line.code, true)).goTo;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:40123\/\?state=the-state&proof=[\w-]{43}$/);
    const issued = await line.finish(proofIn(url));
    expect(await people.identify.bySession(issued?.accessToken ?? '')).toMatchObject({ name: 'ada' });
    expect((await people.accounts.sessions('ada')).map(({ agent }) => agent)).toContain('Millrace on ada@laptop');
  });

  it('gets nothing without it: whoever was sent the address of a foreign request gives nobody anything', async () => {
    const ada = await signedIn('ada');
    const line = await ask(40_123);
    const url = (await people.logins.answer(ada, line.code, true)).goTo;
    expect(await code(line.finish())).toBe('sign_in_failed');
    expect(await code(line.finish(newToken()))).toBe('sign_in_failed');
    // What the browser brought is nothing without the verifier either.
    const other = await ask(40_123);
    expect(await other.finish(proofIn(url))).toBeNull();
    expect(await line.finish(proofIn(url))).toMatchObject({ account: 'ada' });
    expect(await code(line.finish(proofIn(url)))).toBe('sign_in_failed');
  });

  it('is told of a no', async () => {
    const ada = await signedIn('ada');
    const line = await ask(40_123);
    expect((await people.logins.answer(ada, line.code, false)).goTo).toBe(
      'http://127.0.0.1:40123/?state=the-state&refused=true',
    );
    expect(await code(line.finish(newToken()))).toBe('sign_in_failed');
  });
});

describe('a command line on a machine without one', () => {
  it('shows a code that is typed elsewhere, in any way, and asks until it is answered', async () => {
    const ada = await signedIn('ada');
    const line = await ask();
    expect(line.code).toMatch(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/);
    expect(await line.finish()).toBeNull();
    const typed = ` ${line.code.toLowerCase().replace('-', ' ')} `;
    expect(await people.logins.answer(ada, typed, true)).toEqual({ machine: 'ada@laptop', goTo: null });
    const issued = await line.finish();
    expect(issued).toMatchObject({ account: 'ada' });
    expect(await code(line.finish())).toBe('sign_in_failed');
    const renewed = await people.signIn.renew(issued?.refreshToken ?? '');
    expect(await people.identify.bySession(renewed.accessToken)).toMatchObject({ name: 'ada' });
  });

  it('is told of a no', async () => {
    const ada = await signedIn('ada');
    const line = await ask();
    await people.logins.answer(ada, line.code, false);
    await expect(line.finish()).rejects.toMatchObject({
      code: 'sign_in_failed',
      message: 'The login was refused in the browser.',
    });
  });
});

describe('a request', () => {
  it('is over after ten minutes, whether it was answered or not', async () => {
    const ada = await signedIn('ada');
    const [waits, answered] = [await ask(), await ask()];
    await people.logins.answer(ada, answered.code, true);
    test.clock.advance(10 * minute);
    expect(await code(people.logins.answer(ada, waits.code, true))).toBe('not_found');
    for (const line of [waits, answered]) expect(await code(line.finish())).toBe('sign_in_failed');
  });

  it('is answered once, and by those who are signed in: an API key cannot become more than it is', async () => {
    const ada = await signedIn('ada');
    const { key } = await people.apiKeys.create({ account: 'ada', name: 'k', scopes: [], lifeMs: null, by: 'ada' });
    const keyed = await test.keyed(key);
    const line = await ask();
    expect(await code(people.logins.find(keyed, line.code))).toBe('forbidden');
    expect(await code(people.logins.answer(keyed, line.code, true))).toBe('forbidden');
    await people.logins.answer(ada, line.code, true);
    expect(await code(people.logins.answer(ada, line.code, false))).toBe('not_found');
    expect(await line.finish()).toMatchObject({ account: 'ada' });
  });

  it('gives no session of an account that was disabled meanwhile', async () => {
    const ada = await signedIn('ada');
    const line = await ask();
    await people.logins.answer(ada, line.code, true);
    await people.accounts.change('ada', { disabled: true });
    expect(await code(line.finish())).toBe('sign_in_failed');
    expect(await people.accounts.sessions('ada')).toEqual([]);
  });

  it('is not guessed: a person may try few codes, an address may make few requests', async () => {
    const ada = await signedIn('ada');
    for (let tried = 0; tried < 30; tried += 1) {
      expect(await code(people.logins.find(ada, 'BBBB-BBBB'))).toBe('not_found');
    }
    expect(await code(people.logins.find(ada, 'BBBB-BBBB'))).toBe('rate_limited');
    for (let asked = 0; asked < 30; asked += 1) await ask();
    expect(await code(ask())).toBe('rate_limited');
    test.clock.advance(5 * minute);
    expect(await code(ask())).toBe('none');
  });

  it('is kept as hashes only', async () => {
    const line = await ask(40_123);
    const kept = await test.store.loginRequests.find(hashToken(line.code));
    expect(JSON.stringify(kept)).not.toContain(line.code);
  });
});
