// A command line that gets its session by a browser, in which the person may sign in as he likes.
//
//   command line                       server                          browser of the person
//   verifier, hash of it ──create────▶ request, code
//   opens, or shows ──────────────────────────────────────────code───▶ signs in, sees who asks, says yes
//                                      account, proof ◀───answer───────┘
//   with a port of its machine:        proof ──▶ http://127.0.0.1:port ──┐
//   verifier, proof ──finish─────────▶ session ◀───────────────────────┘
//   without: verifier ──finish, again and again, until it is answered
//
// The session goes to whoever has the verifier, which no browser and no address ever sees. A request with a port needs the
// proof as well, which only a browser of that machine brings: whoever sends somebody else the address of his own request
// gets nothing for a yes. A request without a port has nothing of the kind, so its code is never in an address: it is typed by
// whoever reads it on his own screen. Requests live for ten minutes, are answered once and used up once.
import { type Instant, MillraceError } from '@millrace/core';
import type { AccountStore } from '../ports/account-store.ts';
import type { LoginCallback, LoginRequest, LoginRequestStore } from '../ports/login-request-store.ts';
import type { Actor } from './actor.ts';
import { networkOf } from './network-of.ts';
import { ownSession } from './own-account.ts';
import type { IssuedSession, SignIn } from './sign-in.ts';
import { hashToken, newLoginCode, newToken, readLoginCode } from './tokens.ts';

type CreateLoginRequest = Readonly<{
  /** Hash of the verifier, as `hashToken` makes it. */
  challenge: string;
  machine: string;
  callback: LoginCallback | null;
  address: string;
}>;

export type LoginRequests = Readonly<{
  /** `code` leads to its page. Codes: rate_limited. */
  create(request: CreateLoginRequest): Promise<Readonly<{ code: string; until: Instant }>>;
  /** Codes: not_found, forbidden (shown by something else than a session), rate_limited. */
  find(actor: Actor, code: string): Promise<LoginRequest>;
  /** `goTo`: where the browser goes next; null: it stays. Codes: as for `find`. */
  answer(actor: Actor, code: string, allowed: boolean): Promise<Readonly<{ machine: string; goTo: string | null }>>;
  /** null: nobody has answered yet. Codes: sign_in_failed. */
  finish(shown: Readonly<{ verifier: string; proof: string | null; address: string }>): Promise<IssuedSession | null>;
}>;

const lifeMs = 10 * 60_000;
const creations = { most: 30, windowMs: 5 * 60_000 };
/** Of codes that somebody types: there are 25 milliards of them. */
const guesses = { most: 30, windowMs: 5 * 60_000 };

export type LoginRequestOptions = Readonly<{
  accounts: AccountStore;
  requests: LoginRequestStore;
  signIn: SignIn;
  now: () => Promise<Instant>;
}>;

export function createLoginRequests({ accounts, requests, signIn, now }: LoginRequestOptions): LoginRequests {
  const limit = async (key: string, { most, windowMs }: typeof guesses): Promise<void> => {
    if ((await accounts.countTry(key, windowMs)) <= most) return;
    throw new MillraceError('rate_limited', 'Too many logins of command lines were tried.', {
      hint: 'Try again in a few minutes.',
    });
  };
  /** A key that lives on its own, and may do less than its account, must not become a session. */
  const open = async (actor: Actor, code: string): Promise<string> => {
    const account = ownSession(actor, 'let a command line in');
    await limit(`login code ${account}`, guesses);
    return hashToken(readLoginCode(code));
  };
  return {
    async create({ challenge, machine, callback, address }) {
      await limit(`login request ${networkOf(address)}`, creations);
      const code = callback === null ? newLoginCode() : newToken();
      const codeHash = hashToken(readLoginCode(code));
      await requests.add({ challenge, codeHash, callback, machine, address: address.slice(0, 200) }, lifeMs);
      return { code, until: (await now()) + lifeMs };
    },
    async find(actor, code) {
      return (await requests.find(await open(actor, code))) ?? refuse(noRequest());
    },
    async answer(actor, code, allowed) {
      const codeHash = await open(actor, code);
      const { callback } = (await requests.find(codeHash)) ?? refuse(noRequest());
      const proof = callback !== null && allowed ? newToken() : null;
      const proofHash = proof === null ? null : hashToken(proof);
      const answered = await requests.answer(codeHash, { account: actor.name, allowed, proofHash });
      if (answered === null) throw noRequest();
      return { machine: answered.machine, goTo: callback === null ? null : callbackUrl(callback, proof) };
    },
    async finish({ verifier, proof, address }) {
      const found = await requests.take(hashToken(verifier), proof === null ? null : hashToken(proof));
      switch (found.outcome) {
        case 'waiting':
          return null;
        case 'refused':
          throw failed('The login was refused in the browser.');
        case 'unknown':
          throw failed('The login is not there any more, or was not begun here.');
        case 'allowed': {
          const account = await accounts.get(found.account);
          if (account === null || account.disabled) throw failed('The account cannot sign in now.');
          await accounts.signedIn(account.name);
          return signIn.begin(account.name, { address, agent: `Millrace on ${found.machine}` });
        }
      }
    },
  };
}

/** Of the person's own machine, whoever asked: the name `localhost` may lead elsewhere. */
function callbackUrl({ port, state }: LoginCallback, proof: string | null): string {
  const told = new URLSearchParams(proof === null ? { state, refused: 'true' } : { state, proof });
  return `http://127.0.0.1:${port}/?${told}`;
}

const refuse = (error: MillraceError): never => {
  throw error;
};

const noRequest = (): MillraceError =>
  new MillraceError('not_found', 'No command line waits with this code: it is wrong, too old, or was answered.', {
    hint: 'Begin again: millrace login',
  });

const failed = (message: string): MillraceError =>
  new MillraceError('sign_in_failed', message, { hint: 'Begin again: millrace login' });
