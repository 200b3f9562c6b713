import {
  type Given,
  logCompleteHeader,
  maxWaitSeconds,
  nextOffsetHeader,
  type Routes,
  type Run,
  type RunSummary,
  type Subscription,
} from '@millrace/api';
import { type FollowChoice, followLogs } from './follow-logs.ts';
import { openLive } from './live.ts';
import { peopleCalls } from './people-calls.ts';
import { type ClientOptions, createTransport, type Transport } from './transport.ts';

export type Client = ReturnType<typeof createClient>;

type Query<Id extends keyof Routes> = NonNullable<Given<Routes[Id], 'query'>>;
type Body<Id extends keyof Routes> = NonNullable<Given<Routes[Id], 'body'>>;
type CallOptions = Readonly<{ signal?: AbortSignal }>;

/**
 * A client of a Millrace server, for Node and browsers. Every method throws `ApiError`; with an aborted `signal`, what
 * `fetch` throws then.
 */
export function createClient(options: ClientOptions) {
  const transport = createTransport(options);
  return {
    workspaces: workspaceCalls(transport),
    workflows: workflowCalls(transport),
    schedules: scheduleCalls(transport),
    webhooks: webhookCalls(transport),
    runs: runCalls(transport),
    approvals: approvalCalls(transport),
    events: eventCalls(transport),
    audit: auditCalls(transport),
    cache: {
      /** What steps may find in the cache. */
      list: (query: Query<'listCache'> = {}, call?: CallOptions) => transport.call('listCache', { query }, call),
      clear: (body: Body<'clearCache'>, call?: CallOptions) => transport.call('clearCache', { body }, call),
    },
    workers: {
      list: (call?: CallOptions) => transport.call('listWorkers', {}, call),
      /** What it holds. */
      attempts: (worker: string, call?: CallOptions) =>
        transport.call('listHeldAttempts', { params: { worker } }, call),
      /** It gets nothing new; what it holds goes on. */
      drain: (worker: string, call?: CallOptions) =>
        transport.call('drainWorker', { params: { worker }, body: {} }, call),
      /** It gets work again. */
      resume: (worker: string, call?: CallOptions) =>
        transport.call('resumeWorker', { params: { worker }, body: {} }, call),
      /** Those that have tokens of their own. */
      joined: (call?: CallOptions) => transport.call('listJoinedWorkers', {}, call),
      /** Its token opens nothing any more, and what it holds runs again elsewhere. */
      revoke: (joined: string, call?: CallOptions) =>
        transport.call('revokeWorker', { params: { joined }, body: {} }, call),
    },
    joinTokens: {
      list: (call?: CallOptions) => transport.call('listJoinTokens', {}, call),
      /** The token itself is in this answer and in no other. */
      create: (body: Body<'createJoinToken'>, call?: CallOptions) => transport.call('createJoinToken', { body }, call),
      revoke: (token: string, call?: CallOptions) =>
        transport.call('revokeJoinToken', { params: { join_token: token }, body: {} }, call),
    },
    limits: {
      list: (query: Query<'listLimits'> = {}, call?: CallOptions) => transport.call('listLimits', { query }, call),
    },
    queues: {
      list: (query: Query<'listQueues'> = {}, call?: CallOptions) => transport.call('listQueues', { query }, call),
    },
    secrets: secretCalls(transport),
    sessions: sessionCalls(transport),
    connections: {
      list: (workspace: string, call?: CallOptions) =>
        transport.call('listConnections', { params: { workspace } }, call),
    },
    ...peopleCalls(transport),
    system: systemCalls(transport),
    /** What happens, as far as it matches the subscriptions: an async iterable that connects again by itself. */
    live: (subscriptions: readonly Subscription[], call: CallOptions = {}) =>
      openLive(transport, subscriptions, call.signal),
  };
}

function workspaceCalls(transport: Transport) {
  return {
    list: (call?: CallOptions) => transport.call('listWorkspaces', {}, call),
    get: (workspace: string, call?: CallOptions) => transport.call('getWorkspace', { params: { workspace } }, call),
    sync: (workspace: string, call?: CallOptions) => transport.call('syncWorkspace', { params: { workspace } }, call),
    definitions: (workspace: string, call?: CallOptions) =>
      transport.call('getDefinitions', { params: { workspace } }, call),
    packs: (workspace: string, call?: CallOptions) => transport.call('listPacks', { params: { workspace } }, call),
    files: fileCalls(transport),
    /** What would change if the source (or another branch, tag or commit of it) became live. */
    plan: (workspace: string, body: Body<'planWorkspace'> = {}, call?: CallOptions) =>
      transport.call('planWorkspace', { params: { workspace }, body }, call),
  };
}

/** Files of definitions, for editors. */
function fileCalls(transport: Transport) {
  return {
    list: (workspace: string, call?: CallOptions) =>
      transport.call('listWorkspaceFiles', { params: { workspace } }, call),
    read: (workspace: string, path: string, call?: CallOptions) =>
      transport.call('readWorkspaceFile', { params: { workspace }, query: { path } }, call),
    /** What is wrong with the workspace if the file held this text. */
    check: (workspace: string, body: Body<'checkWorkspaceFile'>, call?: CallOptions) =>
      transport.call('checkWorkspaceFile', { params: { workspace }, body }, call),
    write: (workspace: string, body: Body<'writeWorkspaceFile'>, call?: CallOptions) =>
      transport.call('writeWorkspaceFile', { params: { workspace }, body }, call),
    rename: (workspace: string, body: Body<'renameWorkspaceFile'>, call?: CallOptions) =>
      transport.call('renameWorkspaceFile', { params: { workspace }, body }, call),
    remove: (workspace: string, body: Body<'removeWorkspaceFile'>, call?: CallOptions) =>
      transport.call('removeWorkspaceFile', { params: { workspace }, body }, call),
    /** The grammar of the files, for completion. */
    grammar: (call?: CallOptions) => transport.call('getGrammar', {}, call),
  };
}

function workflowCalls(transport: Transport) {
  return {
    list: (workspace: string, query: Query<'listWorkflows'> = {}, call?: CallOptions) =>
      transport.call('listWorkflows', { params: { workspace }, query }, call),
    get: (workspace: string, workflow: string, call?: CallOptions) =>
      transport.call('getWorkflow', { params: { workspace, workflow } }, call),
    versions: (workspace: string, workflow: string, call?: CallOptions) =>
      transport.call('listWorkflowVersions', { params: { workspace, workflow } }, call),
    /** The file that it is written in, at a revision. */
    source: (workspace: string, workflow: string, query: Query<'getWorkflowSource'> = {}, call?: CallOptions) =>
      transport.call('getWorkflowSource', { params: { workspace, workflow }, query }, call),
    /** The newest runs of each workflow of a workspace. */
    latestRuns: (workspace: string, query: Query<'listLatestRuns'> = {}, call?: CallOptions) =>
      transport.call('listLatestRuns', { params: { workspace }, query }, call),
    start: (workspace: string, workflow: string, body: Body<'startRun'> = {}, call?: CallOptions) =>
      transport.call('startRun', { params: { workspace, workflow }, body }, call),
  };
}

function secretCalls(transport: Transport) {
  return {
    /** Without values. */
    list: (workspace: string, call?: CallOptions) => transport.call('listSecrets', { params: { workspace } }, call),
    set: (workspace: string, secret: string, body: Body<'setSecret'>, call?: CallOptions) =>
      transport.call('setSecret', { params: { workspace, secret }, body }, call),
    remove: (workspace: string, secret: string, call?: CallOptions) =>
      transport.call('removeSecret', { params: { workspace, secret }, body: {} }, call),
    /** Seals what is stored with the server's first key. */
    rotate: (call?: CallOptions) => transport.call('rotateSecrets', { body: {} }, call),
  };
}

function webhookCalls(transport: Transport) {
  return {
    list: (query: Query<'listWebhooks'> = {}, call?: CallOptions) => transport.call('listWebhooks', { query }, call),
    get: (workspace: string, webhook: string, call?: CallOptions) =>
      transport.call('getWebhook', { params: { workspace, webhook } }, call),
    deliveries: (query: Query<'listDeliveries'> = {}, call?: CallOptions) =>
      transport.call('listDeliveries', { query }, call),
    delivery: (delivery: string, call?: CallOptions) => transport.call('getDelivery', { params: { delivery } }, call),
    redeliver: (delivery: string, body: Body<'redeliver'> = {}, call?: CallOptions) =>
      transport.call('redeliver', { params: { delivery }, body }, call),
  };
}

function scheduleCalls(transport: Transport) {
  const params = (workspace: string, schedule: string) => ({ params: { workspace, schedule } });
  return {
    list: (query: Query<'listSchedules'> = {}, call?: CallOptions) => transport.call('listSchedules', { query }, call),
    /** The schedule, and why it starts runs or does not. */
    get: (workspace: string, schedule: string, query: Query<'getSchedule'> = {}, call?: CallOptions) =>
      transport.call('getSchedule', { ...params(workspace, schedule), query }, call),
    ticks: (workspace: string, schedule: string, query: Query<'listScheduleTicks'> = {}, call?: CallOptions) =>
      transport.call('listScheduleTicks', { ...params(workspace, schedule), query }, call),
    enable: (workspace: string, schedule: string, body: Body<'enableSchedule'> = {}, call?: CallOptions) =>
      transport.call('enableSchedule', { ...params(workspace, schedule), body }, call),
    disable: (workspace: string, schedule: string, body: Body<'disableSchedule'> = {}, call?: CallOptions) =>
      transport.call('disableSchedule', { ...params(workspace, schedule), body }, call),
    reset: (workspace: string, schedule: string, body: Body<'resetSchedule'> = {}, call?: CallOptions) =>
      transport.call('resetSchedule', { ...params(workspace, schedule), body }, call),
    backfill: (workspace: string, schedule: string, body: Body<'backfillSchedule'>, call?: CallOptions) =>
      transport.call('backfillSchedule', { ...params(workspace, schedule), body }, call),
    fire: (workspace: string, schedule: string, body: Body<'fireSchedule'> = {}, call?: CallOptions) =>
      transport.call('fireSchedule', { ...params(workspace, schedule), body }, call),
  };
}

function runCalls(transport: Transport) {
  return {
    list: (query: Query<'listRuns'> = {}, call?: CallOptions) => transport.call('listRuns', { query }, call),
    /** All runs that match, page by page. */
    async *all(query: Query<'listRuns'> = {}, call?: CallOptions): AsyncGenerator<RunSummary> {
      let after = query.after;
      for (;;) {
        const page = await transport.call(
          'listRuns',
          { query: { ...query, ...(after === undefined ? {} : { after }) } },
          call,
        );
        yield* page.items;
        if (page.next === null) return;
        after = page.next;
      }
    },
    /** How many match, by status. */
    count: (query: Query<'countRuns'> = {}, call?: CallOptions) => transport.call('countRuns', { query }, call),
    /** Attempts of its steps and items, ended and under way. */
    attempts: (run: string, query: Query<'listAttempts'> = {}, call?: CallOptions) =>
      transport.call('listAttempts', { params: { run }, query }, call),
    get: (run: string, query: Query<'getRun'> = {}, call?: CallOptions) =>
      transport.call('getRun', { params: { run }, query }, call),
    /** Why the run, a step or an item does not go on, and who can change it. */
    explain: (run: string, query: Query<'explainRun'> = {}, call?: CallOptions) =>
      transport.call('explainRun', { params: { run }, query }, call),
    cancel: (run: string, body: Body<'cancelRun'> = {}, call?: CallOptions) =>
      transport.call('cancelRun', { params: { run }, body }, call),
    /** Lets nothing begin in it until it is resumed. */
    pause: (run: string, body: Body<'pauseRun'> = {}, call?: CallOptions) =>
      transport.call('pauseRun', { params: { run }, body }, call),
    resume: (run: string, body: Body<'resumeRun'> = {}, call?: CallOptions) =>
      transport.call('resumeRun', { params: { run }, body }, call),
    /** One page of a bulk operation. */
    bulk: (body: Body<'bulkRuns'>, call?: CallOptions) => transport.call('bulkRuns', { body }, call),
    /** Starts a re-run of an ended run. */
    rerun: (run: string, body: Body<'rerunRun'>, call?: CallOptions) =>
      transport.call('rerunRun', { params: { run }, body }, call),
    output: (run: string, call?: CallOptions) => transport.call('getRunOutput', { params: { run } }, call),
    /** One long poll. */
    wait: (run: string, query: Query<'waitForRun'> = {}, call?: CallOptions) =>
      transport.call('waitForRun', { params: { run }, query }, call),
    /** Waits for the end of the run, however long it takes. */
    async waitForEnd(run: string, call?: CallOptions): Promise<Run> {
      for (;;) {
        const waited = await transport.call(
          'waitForRun',
          { params: { run }, query: { timeout: maxWaitSeconds } },
          call,
        );
        if (waited.ended) return waited.run;
      }
    },
    logs: (run: string, call?: CallOptions) => transport.call('listLogs', { params: { run } }, call),
    /** Log lines as text. `nextOffset` is known where the choice matches one log. */
    async readLogs(run: string, query: Omit<Query<'readLogs'>, 'follow'> = {}, call?: CallOptions) {
      const response = await transport.open('readLogs', { params: { run }, query }, call);
      const next = response.headers.get(nextOffsetHeader);
      return {
        text: await response.text(),
        nextOffset: next === null ? null : Number(next),
        complete: response.headers.get(logCompleteHeader) === 'true',
      };
    },
    /** The lines as they are written, until the run has ended. */
    followLogs: (run: string, choice: FollowChoice = {}, call: CallOptions = {}) =>
      followLogs(transport, run, choice, call.signal),
  };
}

function approvalCalls(transport: Transport) {
  return {
    /** Open ones, of all runs. */
    list: (query: Query<'listApprovals'> = {}, call?: CallOptions) => transport.call('listApprovals', { query }, call),
    ofRun: (run: string, call?: CallOptions) => transport.call('listRunApprovals', { params: { run } }, call),
    answer: (run: string, step: string, body: Body<'answerApproval'>, call?: CallOptions) =>
      transport.call('answerApproval', { params: { run, step }, body }, call),
    /** Lets another one answer in the caller's place. */
    delegate: (run: string, step: string, body: Body<'delegateApproval'>, call?: CallOptions) =>
      transport.call('delegateApproval', { params: { run, step }, body }, call),
  };
}

function eventCalls(transport: Transport) {
  return {
    list: (query: Query<'listEvents'> = {}, call?: CallOptions) => transport.call('listEvents', { query }, call),
    get: (event: string, call?: CallOptions) => transport.call('getEvent', { params: { event } }, call),
    emit: (body: Body<'emitEvent'>, call?: CallOptions) => transport.call('emitEvent', { body }, call),
  };
}

/** Signing in and out. In a browser the session is kept in cookies, which go with every call by themselves. */
function sessionCalls(transport: Transport) {
  return {
    /** Who calls, and what he may do. */
    me: (call?: CallOptions) => transport.call('getMe', {}, call),
    /** How one may sign in. */
    ways: (call?: CallOptions) => transport.call('getSignIn', {}, call),
    signIn: (body: Body<'signIn'>, call?: CallOptions) => transport.call('signIn', { body }, call),
    signInByDirectory: (provider: string, body: Body<'signInByDirectory'>, call?: CallOptions) =>
      transport.call('signInByDirectory', { params: { provider }, body }, call),
    /** A command line asks for a session by a browser. */
    createLogin: (body: Body<'createLoginRequest'>, call?: CallOptions) =>
      transport.call('createLoginRequest', { body }, call),
    finishLogin: (body: Body<'finishLogin'>, call?: CallOptions) => transport.call('finishLogin', { body }, call),
    findLogin: (code: string, call?: CallOptions) => transport.call('findLoginRequest', { body: { code } }, call),
    answerLogin: (code: string, decision: 'allow' | 'refuse', call?: CallOptions) =>
      transport.call('answerLoginRequest', { body: { code, decision } }, call),
    renew: (call?: CallOptions) => transport.call('renewSession', { body: {} }, call),
    signOut: (call?: CallOptions) => transport.call('signOut', { body: {} }, call),
    /** Makes the first administrator, and signs him in. */
    setUp: (body: Body<'setUp'>, call?: CallOptions) => transport.call('setUp', { body }, call),
  };
}

function auditCalls(transport: Transport) {
  return {
    /** Newest first. */
    list: (query: Query<'listAudit'> = {}, call?: CallOptions) => transport.call('listAudit', { query }, call),
    /** The lines as they are stored, oldest first. */
    async *export(query: Query<'exportAudit'> = {}, call?: CallOptions): AsyncGenerator<string> {
      const response = await transport.open('exportAudit', { query }, call);
      const decoder = new TextDecoder();
      for await (const part of response.body ?? []) yield decoder.decode(part, { stream: true });
    },
    /** One call; `next` of the answer is the anchor to go on with. */
    verify: (body: Body<'verifyAudit'> = {}, call?: CallOptions) => transport.call('verifyAudit', { body }, call),
  };
}

function systemCalls(transport: Transport) {
  return {
    /** Its version, and how long it keeps what is over. */
    settings: (call?: CallOptions) => transport.call('getSettings', {}, call),
    live: (call?: CallOptions) => transport.call('getLiveness', {}, call),
    ready: (call?: CallOptions) => transport.call('getReadiness', {}, call),
    openApi: (call?: CallOptions) => transport.call('getOpenApi', {}, call),
    metrics: async (call?: CallOptions) => (await transport.open('getMetrics', {}, call)).text(),
  };
}
