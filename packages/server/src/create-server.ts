// One server: guards, errors, metrics, and the areas of routes.
//
// Closing: new requests are refused with 503 (another server may be there), long polls and followed logs end at once, event
// sockets are closed, requests under way get a grace; what is open after that is cut.
import type { AddressInfo } from 'node:net';
import websocket from '@fastify/websocket';
import { MillraceError } from '@millrace/core';
import { isNestedTooDeep, maxNesting } from '@millrace/engine';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { recordRequests } from './audit/record-requests.ts';
import { addErrorHandlers, rawErrorResponse, sendError } from './errors/error-handlers.ts';
import { createLiveHub } from './live/live-hub.ts';
import { createMetrics } from './metrics/metrics.ts';
import { observeRequests } from './metrics/observe-requests.ts';
import { guardOperations } from './permissions/guard-operations.ts';
import { createRunObjects } from './permissions/run-objects.ts';
import { addApiKeyRoutes } from './routes/api-keys.ts';
import { addApprovalRoutes } from './routes/approvals.ts';
import { addAuditRoutes } from './routes/audit.ts';
import { addCacheRoutes } from './routes/cache.ts';
import { addEventRoutes } from './routes/events.ts';
import { addJoiningRoutes } from './routes/joining.ts';
import { addLimitRoutes } from './routes/limits.ts';
import { addLiveRoutes, maxClientMessageBytes } from './routes/live.ts';
import { addLoginRequestRoutes } from './routes/login-requests.ts';
import { addLogRoutes } from './routes/logs.ts';
import { addMeRoutes } from './routes/me.ts';
import { addOutsideSignInRoutes } from './routes/outside-sign-in.ts';
import { addOwnIdentityRoutes } from './routes/own-identities.ts';
import { addPushRoutes } from './routes/pushes.ts';
import { addRightsRoutes } from './routes/rights.ts';
import { addRunRoutes } from './routes/runs.ts';
import { addScheduleRoutes } from './routes/schedules.ts';
import { addSecretRoutes } from './routes/secrets.ts';
import { addSessionRoutes } from './routes/sessions.ts';
import { addSystemRoutes } from './routes/system.ts';
import { addUserRoutes } from './routes/users.ts';
import { addWebUi } from './routes/web-ui.ts';
import { addWebhookRoutes } from './routes/webhooks.ts';
import { addWorkerProtocolRoutes } from './routes/worker-protocol.ts';
import { addWorkerRoutes } from './routes/workers.ts';
import { addWorkflowVersionRoutes } from './routes/workflow-versions.ts';
import { addWorkflowRoutes } from './routes/workflows.ts';
import { addWorkspaceFileRoutes } from './routes/workspace-files.ts';
import { addWorkspacePlanRoutes } from './routes/workspace-plans.ts';
import { addWorkspaceRoutes } from './routes/workspaces.ts';
import { checkExposure } from './security/check-exposure.ts';
import { guardRequests } from './security/guard-requests.ts';
import { safeHeaders } from './security/safe-headers.ts';
import type { ServerContext } from './server-context.ts';
import { defaultLimits, type Server, type ServerLimits, type ServerOptions } from './server-options.ts';

/**
 * Makes a server for an engine that runs already. Throws `configuration` for options that would open it to strangers.
 * Errors of `listen` (a port in use) are `configuration` too.
 */
export function createServer(options: ServerOptions): Server {
  checkExposure(options);
  const limits: ServerLimits = { ...defaultLimits, ...options.limits };
  const closing = new AbortController();
  const hub = createLiveHub(options.engine);
  const metrics = createMetrics(options.engine, hub.size);
  const app = createApp(options, limits);
  const context: ServerContext = {
    engine: options.engine,
    options,
    limits,
    metrics,
    hub,
    runObjects: createRunObjects(options.engine),
    closing: closing.signal,
  };
  addAreas(app, context);

  let closed: Promise<void> | null = null;
  async function close(): Promise<void> {
    closing.abort();
    hub.close();
    const cut = setTimeout(() => app.server.closeAllConnections(), limits.closeGraceMs);
    try {
      await app.close();
    } finally {
      clearTimeout(cut);
    }
  }

  return {
    app,
    async listen() {
      const { host, port } = options;
      try {
        await app.listen({ host, port, listenTextResolver: (address) => `listening on ${address}` });
      } catch (cause) {
        throw listenError(cause, host, port);
      }
      const address = app.server.address() as AddressInfo;
      return { address: address.address, port: address.port };
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}

function createApp(options: ServerOptions, limits: ServerLimits): FastifyInstance {
  const { logger } = options;
  let requests = 0;
  const prefix = `${Date.now().toString(36)}-`;
  const app = fastify({
    ...(logger !== false && 'child' in logger ? { loggerInstance: logger } : { logger }),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: limits.bodyBytes,
    ...(options.trustedProxies === undefined ? {} : { trustProxy: [...options.trustedProxies] }),
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1_000 },
    genReqId: () => {
      requests += 1;
      return prefix + requests.toString(36);
    },
    frameworkErrors: (error, request, reply) => {
      sendError(error, request, reply);
    },
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(rawErrorResponse(error.code));
    },
  });
  app.setValidatorCompiler(validatorCompiler as Parameters<typeof app.setValidatorCompiler>[0]);
  // Answers are typed by the contract; checking each again at run time would cost more than making it. Tests check them.
  app.setSerializerCompiler(() => JSON.stringify);
  addErrorHandlers(app);
  addJsonParser(app);
  return app;
}

/** An empty body counts as `{}`: what an operation needs, its schema says better than a parser. */
function addJsonParser(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, {});
    else if (isNestedTooDeep(body as string)) done(tooDeep());
    else parse(request, body as string, done);
  });
}

const tooDeep = (): MillraceError =>
  new MillraceError('invalid_request', `The body has values that are nested more than ${maxNesting} levels deep.`, {
    hint: 'Send flatter values, or a text with JSON in it.',
  });

function addAreas(app: FastifyInstance, context: ServerContext): void {
  const { options, metrics } = context;
  const safe = safeHeaders();
  app.register(websocket, {
    options: { maxPayload: maxClientMessageBytes, perMessageDeflate: false },
    errorHandler: (error, socket, request) => {
      request.log.debug({ err: error }, 'event socket failed');
      socket.terminate();
    },
    preClose: (done) => done(), // the hub closes its sockets, with the words that clients know
  });
  // After the WebSocket plugin, whose own hook must see a request before it is refused: it ends the socket of those.
  app.after(() => {
    app.addHook('onRequest', (request, reply, done) => {
      reply.headers(safe).header('x-request-id', request.id);
      // What one may see, another may not: no cache keeps it. What may be kept says so by itself.
      reply.header('cache-control', 'no-store');
      done();
    });
    recordRequests(app, context);
    guardRequests(app, context);
    guardOperations(app, context);
    observeRequests(app, metrics);
  });
  const { inspectAnswer } = options;
  if (inspectAnswer !== undefined) {
    app.addHook('preSerialization', (request, reply, payload, done) => {
      inspectAnswer(request.routeOptions.config.operationId ?? '', reply.statusCode, payload);
      done(null, payload);
    });
  }
  app.register(async (scope) => {
    addWorkspaceRoutes(scope, context);
    addWorkspacePlanRoutes(scope, context);
    addWorkspaceFileRoutes(scope, context);
    addPushRoutes(scope, context);
    addWorkflowRoutes(scope, context);
    addWorkflowVersionRoutes(scope, context);
    addScheduleRoutes(scope, context);
    addWebhookRoutes(scope, context);
    addRunRoutes(scope, context);
    addApprovalRoutes(scope, context);
    addLimitRoutes(scope, context);
    addSecretRoutes(scope, context);
    addAuditRoutes(scope, context);
    addMeRoutes(scope, context);
    addOwnIdentityRoutes(scope, context);
    addUserRoutes(scope, context);
    addRightsRoutes(scope, context);
    addApiKeyRoutes(scope, context);
    addLogRoutes(scope, context);
    addEventRoutes(scope, context);
    addLiveRoutes(scope, context);
    addCacheRoutes(scope, context);
    addWorkerRoutes(scope, context);
    addJoiningRoutes(scope, context);
    addSessionRoutes(scope, context);
    addOutsideSignInRoutes(scope, context);
    addLoginRequestRoutes(scope, context);
    addSystemRoutes(scope, context);
    addWorkerProtocolRoutes(scope, context);
    addWebUi(scope, context);
  });
}

function listenError(cause: unknown, host: string, port: number): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const reason = {
    EADDRINUSE: ['is in use by another program', 'Choose another port, or 0 for any free one.'],
    EACCES: ['may not be used by this user', 'Choose a port above 1023.'],
    EADDRNOTAVAIL: ['is not an address of this machine', 'Choose 127.0.0.1, or 0.0.0.0 for all addresses.'],
    ENOTFOUND: ['cannot be found', 'Check the host name.'],
  }[String(code)];
  if (reason === undefined) return cause;
  return new MillraceError('configuration', `${host}:${port} ${reason[0]}.`, { hint: reason[1] ?? '', cause });
}
