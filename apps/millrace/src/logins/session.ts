// A session of the command line: the same as that of a browser, whose cookies are kept in the login file.
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { accessCookie, refreshCookie, type SignedIn } from '@millrace/api';
import { ApiError, type Client, createClient } from '@millrace/client';
import { keepLogin, type Login, readLogin } from './login-file.ts';

export type Session = Extract<Login, Readonly<{ kind: 'session' }>>;

/** Before it ends, so that a call that takes a while arrives in time. */
const renewBeforeMs = 30_000;
/** How long another command may take from renewing a session to writing it down. */
const otherWritesMs = 3_000;
const lookEveryMs = 50;
/** As the list of sessions shows it. Headers have no other letters than these. */
const agent = `Millrace on ${hostname().replace(/[^\x20-\x7e]/g, '?')}`;

/** Signs in and keeps the session. */
export const signIn = (url: string, name: string, password: string): Promise<Session> =>
  begin(url, null, (client) => client.sessions.signIn({ name, password }));

/** The same with name and password of a directory. */
export const signInByDirectory = (url: string, provider: string, name: string, password: string): Promise<Session> =>
  begin(url, null, (client) => client.sessions.signInByDirectory(provider, { name, password }));

/** The same for what somebody allowed in a browser; null: nobody has answered yet. */
export async function finishLogin(
  url: string,
  shown: Readonly<{ verifier: string; proof: string | null }>,
): Promise<Session | null> {
  const { answer, keep } = await call(url, null, (client) => client.sessions.finishLogin(shown));
  return answer.session === null ? null : keep(answer.session);
}

/** What to show to a server, if somebody signed in there; undefined: nothing. */
export async function keptToken(url: string): Promise<string | undefined> {
  const login = await readLogin(url);
  if (login === null) return undefined;
  if (login.kind === 'api_key') return login.key;
  if (Date.parse(login.accessUntil) - renewBeforeMs > Date.now()) return login.access;
  return renew(url, login);
}

async function renew(url: string, { refresh }: Session): Promise<string | undefined> {
  try {
    return (await begin(url, refresh, (client) => client.sessions.renew())).access;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Another command has renewed it a moment ago, and is about to write that down.
    if (error.code === 'conflict') return renewedByOther(url, refresh);
    if (error.code !== 'sign_in_failed') throw error;
    // It is over. What the server says to somebody who shows nothing tells what to do.
    await keepLogin(url, null);
    return undefined;
  }
}

async function renewedByOther(url: string, refresh: string): Promise<string | undefined> {
  for (let waitedMs = 0; waitedMs < otherWritesMs; waitedMs += lookEveryMs) {
    const login = await readLogin(url);
    if (login?.kind !== 'session') return undefined;
    if (login.refresh !== refresh) return login.access;
    await wait(lookEveryMs);
  }
  return undefined;
}

/** Calls for a session, and keeps what comes back in cookies. */
async function begin(
  url: string,
  refresh: string | null,
  ask: (client: Client) => Promise<SignedIn>,
): Promise<Session> {
  const { answer, keep } = await call(url, refresh, ask);
  return keep(answer);
}

/** `keep`: keeps the session that came as cookies with the answer. */
async function call<Answer>(url: string, refresh: string | null, ask: (client: Client) => Promise<Answer>) {
  let cookies: readonly string[] = [];
  const client = createClient({
    url,
    async fetch(input, init) {
      const headers = new Headers(init?.headers);
      headers.set('user-agent', agent);
      if (refresh !== null) headers.set('cookie', `${refreshCookie}=${refresh}`);
      const response = await fetch(input, { ...init, headers });
      cookies = response.headers.getSetCookie();
      return response;
    },
  });
  const answer = await ask(client);
  const keep = async ({ account, access_until: accessUntil }: SignedIn): Promise<Session> => {
    const session: Session = {
      kind: 'session',
      account,
      access: tokenIn(cookies, accessCookie, url),
      accessUntil,
      refresh: tokenIn(cookies, refreshCookie, url),
    };
    await keepLogin(url, session);
    return session;
  };
  return { answer, keep };
}

/** Over https the names have a prefix. */
function tokenIn(cookies: readonly string[], name: string, url: string): string {
  for (const cookie of cookies) {
    const [, found, value] = /^(?:__Host-|__Secure-)?([^=]+)=([^;]+)/.exec(cookie) ?? [];
    if (found === name && value !== undefined) return value;
  }
  throw new ApiError('unexpected_answer', `${url} began a session and gave no ${name}.`, {
    status: 200,
    hint: 'A proxy in between may take cookies away.',
  });
}
