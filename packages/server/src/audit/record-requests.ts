// The one place where requests get into the audit log: after the answer is known and before it is sent.
//
//   done, failed   operations that change something (they are no GET, and need more than a permission to read)
//   refused        any operation: no good token, a wrong password, a permission that is missing
//
// An answer waits until its entry is stored, so that what was told to be done is in the log; but not for operations that are
// done all the time, for refusals, or for a store that is slow. Those entries are stored a moment later, many at once.
import type { OperationId, Route } from '@millrace/api';
import { routes } from '@millrace/api';
import type { Json, JsonObject } from '@millrace/core';
import { readJoinToken, readWorkerToken, runId } from '@millrace/core';
import type { Engine, NewAuditEntry } from '@millrace/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bearerToken } from '../security/bearer-token.ts';
import type { ServerContext } from '../server-context.ts';
import { type Audited, auditedOperations } from './audited-operations.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the audit log will tell of the request. `changed` is false where it turned out to be no change. */
    audited: { before: Json; answer: Json; code: string | null; changed: boolean };
  }
}

/** How long an answer waits for its entry at most. */
const patienceMs = 2_000;

export function recordRequests(app: FastifyInstance, { engine }: Pick<ServerContext, 'engine'>): void {
  app.decorateRequest('audited', null as never);
  app.addHook('onRequest', (request, _reply, done) => {
    request.audited = { before: null, answer: null, code: null, changed: true };
    done();
  });
  app.addHook('preHandler', (request, _reply, done) => {
    const state = specOf(request)?.state;
    if (state === undefined) {
      done();
      return;
    }
    state(engine, request as never).then(
      (before) => {
        request.audited.before = before;
        done();
      },
      (error: unknown) => done(error as Error),
    );
  });
  app.addHook('preSerialization', (request, reply, payload, done) => {
    if (reply.statusCode < 400) request.audited.answer = payload as Json;
    done(null, payload);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const outcome = outcomeOf(request, reply);
    if (outcome === null) {
      done(null, payload);
      return;
    }
    const often = outcome === 'refused' || specOf(request)?.often === true;
    const stored = record(engine, request, outcome, often).catch((error: unknown) => {
      request.log.error({ err: error }, 'what the audit log should tell of a request could not be found out');
    });
    if (often) done(null, payload);
    else void Promise.race([stored, pass(patienceMs)]).then(() => done(null, payload));
  });
}

type Outcome = NewAuditEntry['outcome'];

function outcomeOf(request: FastifyRequest, { statusCode }: FastifyReply): Outcome | null {
  const { operationId } = request.routeOptions.config;
  if (operationId === undefined) return null;
  if (statusCode === 401 || statusCode === 403 || statusCode === 429) return 'refused';
  if (!changes(operationId) || !request.audited.changed) return null;
  // A browser is sent on, whether its sign-in failed or not.
  if (statusCode < 400) return request.audited.code === null ? 'done' : 'refused';
  return 'failed';
}

function changes(operationId: OperationId): boolean {
  const spec: Route = routes[operationId];
  if (auditedOperations[operationId]?.changes === true) return true;
  if (spec.access === 'worker' || auditedOperations[operationId]?.quiet === true) return false;
  return spec.method !== 'GET' && spec.needs?.endsWith(':read') !== true;
}

const specOf = (request: FastifyRequest): Audited<OperationId> | undefined => {
  const { operationId } = request.routeOptions.config;
  return operationId === undefined ? undefined : (auditedOperations[operationId] as Audited<OperationId>);
};

async function record(engine: Engine, request: FastifyRequest, outcome: Outcome, gather: boolean): Promise<void> {
  const operation = request.routeOptions.config.operationId ?? 'none';
  const { before, answer, code } = request.audited;
  const { actor, shownWorker } = request;
  const spec = outcome === 'refused' ? undefined : specOf(request);
  const named = await specOf(request)?.who?.(engine, { body: request.body, answer });
  const given = pick(answer, spec?.gives ?? []);
  const after = spec?.state === undefined || outcome !== 'done' ? given : await spec.state(engine, request as never);
  const entry: NewAuditEntry = {
    operation,
    outcome,
    actor: actor?.name ?? shownWorker?.worker.name ?? named ?? null,
    actorKind: actor?.kind ?? (shownWorker === null ? (named == null ? null : 'user') : 'worker'),
    session: actor?.session ?? null,
    apiKey: actor?.apiKey ?? null,
    address: request.ip,
    // An entry that lacks its workspace is better than none.
    workspace: await workspaceOf(engine, request).catch(() => null),
    object: workerOf(request) ?? objectOf(request),
    code,
    before: outcome === 'refused' ? null : before,
    after,
    detail: pick(request.body as Json, spec?.asks ?? []),
    request: request.id,
  };
  await engine.audit.record(entry, { gather });
}

function pick(from: Json | undefined, keys: readonly string[]): Json {
  if (typeof from !== 'object' || from === null || Array.isArray(from)) return null;
  const picked = keys.flatMap((key) => {
    const value = (from as JsonObject)[key];
    return value === undefined || value === null ? [] : [[key, value] as const];
  });
  return picked.length === 0 ? null : Object.fromEntries(picked);
}

/** The path up to its last parameter; without one, up to what is done to it. */
function objectOf(request: FastifyRequest): string | null {
  const { url } = request.routeOptions;
  if (url === undefined) return null;
  const params = (request.params ?? {}) as Readonly<Record<string, string>>;
  const parts = url.replace(/^\/(api\/v1\/)?/, '').split('/');
  const last = parts.findLastIndex((part) => part.startsWith(':'));
  const named = last === -1 ? parts.slice(0, 1) : parts.slice(0, last + 1);
  return named.map((part) => (part.startsWith(':') ? (params[part.slice(1)] ?? part) : part)).join('/');
}

/** What a request of a worker is about: itself, as far as its token tells, good or not. */
function workerOf(request: FastifyRequest): string | null {
  const token = request.routeOptions.config.access === 'worker' ? bearerToken(request) : null;
  if (token === null) return null;
  const [joining, own] = [readJoinToken(token), readWorkerToken(token)];
  if (joining !== null) return `join-tokens/${joining.id}`;
  return own === null ? null : `joined-workers/${own.id}`;
}

/** Of a run, it is looked up: its path does not name it. */
async function workspaceOf({ store }: Engine, request: FastifyRequest): Promise<string | null> {
  const { workspace, run } = (request.params ?? {}) as Readonly<Record<string, string | undefined>>;
  if (workspace !== undefined) return workspace;
  if (run !== undefined && /^\d{1,18}$/.test(run)) return (await store.runs.origin(runId(run)))?.workspace ?? null;
  const body = request.body as Readonly<{ workspace?: unknown }> | null | undefined;
  return typeof body?.workspace === 'string' ? body.workspace : null;
}

const pass = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
