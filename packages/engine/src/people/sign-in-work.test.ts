// How often a password is hashed, counted: whoever measures the time of a refusal learns nothing of who has an account.
import { verify } from '@node-rs/argon2';
import { beforeEach, expect, it, vi } from 'vitest';
import { code, createTestPeople, from, password } from '../../test/test-people.ts';

vi.mock('@node-rs/argon2', async (original) => {
  const library = await original<typeof import('@node-rs/argon2')>();
  return { ...library, verify: vi.fn(library.verify) };
});
const verifications = vi.mocked(verify);

let test: ReturnType<typeof createTestPeople>;
beforeEach(async () => {
  test = createTestPeople();
  for (const name of ['ada', 'gone', 'shut']) await test.makeUser(name);
  await test.makeService('bot');
  await test.people.accounts.change('gone', { disabled: true });
  for (let tried = 0; tried < 10; tried += 1)
    await test.store.accounts.signInFailed('shut', { most: 10, lockMs: 60_000 });
});

it.each([
  ['a wrong password', 'ada', 'wrong password'],
  ['no such account', 'nobody', password],
  ['a disabled account', 'gone', password],
  ['a locked account', 'shut', password],
  ['a service account', 'bot', password],
  ['a name that cannot be one', '\u0000 or 1=1', password],
  ['a password that is too long', 'ada', 'x'.repeat(5_000)],
  ['no password', 'ada', ''],
])('one password is hashed for %s', async (_, name, given) => {
  verifications.mockClear();
  expect(await code(test.people.signIn.signIn({ name, password: given, ...from }))).toBe('sign_in_failed');
  expect(verifications).toHaveBeenCalledTimes(1);
  const [against] = verifications.mock.calls[0] ?? [];
  expect(String(against)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

it('one password is hashed for the right one, too', async () => {
  verifications.mockClear();
  expect(await code(test.people.signIn.signIn({ name: 'ada', password, ...from }))).toBe('none');
  expect(verifications).toHaveBeenCalledTimes(1);
});
