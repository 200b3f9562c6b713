// Who may call. Three doors, in this order:
//
// 1. Host: a server that asks nobody who he is trusts this machine, so it must know that it is meant: a web page of another
//    origin can point a name of its own at 127.0.0.1 (DNS rebinding), but then the Host header has that name.
// 2. Origin: a browser on this machine sends requests for any page that it shows. Calls that change something, and
//    sockets, must come from a page of this server, or from no page. Changing calls must also be JSON, which a page of
//    another origin cannot send without asking first (CORS), and the answer to that question is always no.
// 3. Caller: who calls the API is found out once, here, and goes with the request (`identify-caller.ts`). Workers are
//    nobody there: they have tokens of their own (`identify-worker.ts`).
import { MillraceError } from '@millrace/core';
import type { Actor } from '@millrace/engine';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServerContext } from '../server-context.ts';
import { asksWho, fromElsewhere, identifyCaller } from './identify-caller.ts';
import { identifyWorker, type ShownWorker } from './identify-worker.ts';
import { hostName, isFromThisMachine, isLoopbackHost } from './loopback.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls the API; null: an operation of workers, or one that everybody may call. */
    actor: Actor | null;
    /** The worker that shows a token of its own; null: no operation of workers, or whoever may speak for those that did not join. */
    shownWorker: ShownWorker | null;
  }
}

/** Adds the checks to every route. */
export function guardRequests(app: FastifyInstance, { engine, options, closing }: ServerContext): void {
  app.decorateRequest('actor', null);
  app.decorateRequest('shownWorker', null);
  const allowedHosts = new Set((options.allowedHosts ?? []).map((host) => host.toLowerCase()));
  app.addHook('onRequest', (request, reply, done) => {
    if (closing.aborted && !isHealth(request)) {
      reply.header('connection', 'close');
      done(new MillraceError('overloaded', 'The server is closing.', { hint: 'Try again: another one may be there.' }));
      return;
    }
    const fault =
      (asksWho(options) ? null : checkHost(request, allowedHosts)) ??
      checkOrigin(request) ??
      checkAccess(request, options);
    if (fault !== null || isOpenTo(request, 'public')) {
      done(fault ?? undefined);
      return;
    }
    if (isOpenTo(request, 'worker')) {
      identifyWorker(request, { engine, options }).then(
        (shown) => {
          request.shownWorker = shown;
          done();
        },
        (error: unknown) => done(error as Error),
      );
      return;
    }
    identifyCaller(request, { engine, options }).then(
      (actor) => {
        request.actor = actor;
        done();
      },
      (error: unknown) => done(error as Error),
    );
  });
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    done(checkContentType(request) ?? undefined);
  });
}

/** Whoever watches the server may ask until the end. */
const isHealth = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.config.operationId === 'getLiveness' || routeOptions.config.operationId === 'getReadiness';

function checkHost(request: FastifyRequest, allowed: ReadonlySet<string>): MillraceError | null {
  const name = hostName(request.headers.host ?? '').toLowerCase();
  if (isLoopbackHost(name) || allowed.has(name)) return null;
  return new MillraceError(
    'unauthorized',
    `A server that asks nobody who he is does not answer to the host "${name.slice(0, 100)}".`,
    {
      hint: 'Call it as localhost or 127.0.0.1, let people sign in, or set an API token.',
    },
  );
}

const changes = (request: FastifyRequest): boolean => request.method !== 'GET' && request.method !== 'HEAD';

function checkOrigin(request: FastifyRequest): MillraceError | null {
  if (!changes(request) && request.headers.upgrade === undefined) return null;
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const foreign = origin === undefined ? site === 'cross-site' || site === 'same-site' : !isSameOrigin(origin, host);
  if (!foreign) return null;
  return new MillraceError('unauthorized', `Pages of ${origin ?? 'another site'} may not use this server.`, {
    hint: 'Call it from a page of its own, or from a program (which sends no Origin header).',
  });
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

const isOpenTo = ({ routeOptions }: FastifyRequest, access: 'public' | 'worker'): boolean =>
  routeOptions.config.access === access;

/** What does not depend on who calls. */
function checkAccess(request: FastifyRequest, options: ServerContext['options']): MillraceError | null {
  if (!isOpenTo(request, 'public') || asksWho(options) || isFromThisMachine(request)) return null;
  return fromElsewhere();
}

function checkContentType(request: FastifyRequest): MillraceError | null {
  if (!changes(request) || request.is404) return null;
  const expected = request.routeOptions.config.bodyType ?? 'application/json';
  const given = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (given === expected || expected === '*/*') return null;
  return new MillraceError(
    'invalid_request',
    `The request's content type is "${given?.slice(0, 100)}", not "${expected}".`,
    {
      hint: `Send the header "content-type: ${expected}", also with an empty body.`,
    },
  );
}
