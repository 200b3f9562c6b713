// A session by a browser; `packages/engine/src/people/login-requests.ts` tells the protocol.
import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@millrace/client';
import { MillraceError } from '@millrace/core';
import { userName } from '../commands/user-name.ts';
import { openLoopback } from './loopback.ts';
import { openBrowser } from './open-browser.ts';
import { finishLogin, type Session } from './session.ts';

export type BrowserLogin = Readonly<{
  url: string;
  /** A provider of OpenID Connect to go to at once; null: the page offers all ways. */
  provider: string | null;
  /** Tells whoever types what to do. */
  tell: (text: string) => void;
}>;

const newSecret = (): string => randomBytes(32).toString('base64url');
const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

/** By a browser of this machine, which comes back to it. */
export async function loginHere({ url, provider, tell }: BrowserLogin): Promise<Session> {
  const [verifier, state] = [newSecret(), newSecret()];
  const loopback = await openLoopback(state);
  try {
    const callback = { port: loopback.port, state };
    const asked = await ask(url, verifier, callback);
    const page = url + throughProvider(asked.path, provider);
    tell(`Sign in by your browser. If it does not open by itself, open this page on this machine:\n\n  ${page}\n`);
    tell('Without a browser on this machine: millrace login --no-browser');
    openBrowser(page, process);
    const visit = await within(loopback.visit, Date.parse(asked.until));
    const end = (how: 'allowed' | 'refused' | 'failed') => visit.sendOn(`${url}/login?answered=${how}`);
    if (visit.proof === null) {
      await end('refused');
      throw new MillraceError('sign_in_failed', 'The login was refused in the browser.', { hint: 'Nothing was kept.' });
    }
    try {
      const session = await finishLogin(url, { verifier, proof: visit.proof });
      if (session === null) throw tooLate();
      await end('allowed');
      return session;
    } catch (error) {
      await end('failed');
      throw error;
    }
  } finally {
    await loopback.close();
  }
}

/** By whatever browser the person has elsewhere, into which a code is typed. */
export async function loginElsewhere({ url, provider, tell }: BrowserLogin): Promise<Session> {
  const verifier = newSecret();
  const { code, path, until, poll_ms: pollMs } = await ask(url, verifier, null);
  const page = url + throughProvider(path, provider);
  tell(`Open this page in any browser, and type the code there:\n\n  ${page}\n  ${code}\n`);
  while (Date.now() < Date.parse(until)) {
    const session = await finishLogin(url, { verifier, proof: null });
    if (session !== null) return session;
    await wait(pollMs);
  }
  throw tooLate();
}

const ask = (url: string, verifier: string, callback: Readonly<{ port: number; state: string }> | null) =>
  createClient({ url }).sessions.createLogin({ challenge: challengeOf(verifier), machine: machineName(), callback });

const throughProvider = (path: string, provider: string | null): string =>
  provider === null
    ? path
    : `/api/v1/sign-in/oidc/${encodeURIComponent(provider)}?return_to=${encodeURIComponent(path)}`;

/** What the person is asked whether he knows it. */
function machineName(): string {
  const name = `${userName()}@${hostname()}`.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
  return [...name].slice(0, 100).join('');
}

async function within<Value>(promise: Promise<Value>, until: number): Promise<Value> {
  const over = new AbortController();
  const late = wait(Math.max(0, until - Date.now()), null, { signal: over.signal }).then(
    () => {
      throw tooLate();
    },
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}

const tooLate = (): MillraceError =>
  new MillraceError('sign_in_failed', 'Nobody answered in the browser in time.', {
    hint: 'Begin again: millrace login',
  });
