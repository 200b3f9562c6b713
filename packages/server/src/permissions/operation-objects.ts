// What each operation of the API does its thing to (`asked.ts`). An operation that is missing here does not compile, so none
// can be added that is let through unasked.
import type { OperationId, Parsed, Routes } from '@millrace/api';
import {
  type ErrorCode,
  eventId,
  namedObject,
  type PermissionObject,
  type RunId,
  runId,
  runObject,
} from '@millrace/core';
import { type Engine, foldersOf } from '@millrace/engine';
import type { Asked, Missing } from './asked.ts';
import {
  account,
  createdAccount,
  createdKey,
  givenRole,
  group,
  key,
  putGroup,
  putRole,
  role,
  user,
} from './people-objects.ts';
import type { RunObjects } from './run-objects.ts';

/** Operations for which a permission is needed. */
export type GuardedOperation = {
  [Id in OperationId]: Routes[Id] extends Readonly<{ access: 'api'; needs: string }> ? Id : never;
}[OperationId];

export type Parts<Id extends OperationId> = Readonly<{
  params: Parsed<Routes[Id], 'params'>;
  query: Parsed<Routes[Id], 'query'>;
  body: Parsed<Routes[Id], 'body'>;
}>;

type InWorkspace = Readonly<{ params: Readonly<{ workspace: string }> }>;
type OfRun = Readonly<{ params: Readonly<{ run: string }> }>;
type OfDelivery = Readonly<{ params: Readonly<{ delivery: string }> }>;

const server = { kind: 'server' } as const;
const list = { kind: 'list', workspace: null } as const;
const listOfWorkspace = { kind: 'list', workspace: ({ params }: InWorkspace) => params.workspace } as const;

export const workspaceMissing = (workspace: string): Missing => ({
  code: 'workspace_not_found',
  message: `There is no workspace "${workspace}".`,
});

const workspace = {
  kind: 'named',
  object: ({ params }: InWorkspace) => namedObject(params.workspace, params.workspace),
  missing: ({ params }: InWorkspace) => workspaceMissing(params.workspace),
} as const;

type NamedIn<Noun extends string> = Readonly<{
  params: Readonly<{ workspace: string }> & Readonly<Record<Noun, string>>;
}>;

/** Something that its workspace and a name in the path stand for. */
const named = <Noun extends 'workflow' | 'schedule' | 'webhook' | 'secret'>(noun: Noun, code: ErrorCode) => {
  type Given = NamedIn<Noun>;
  return {
    kind: 'named',
    object: ({ params }: Given) => namedObject(params.workspace, params[noun]),
    missing: ({ params }: Given): Missing => ({
      code,
      message: `Workspace "${params.workspace}" has no ${noun} "${params[noun]}".`,
    }),
  } as const;
};
const workflow = {
  ...named('workflow', 'workflow_not_found'),
  folder: (engine: Engine, { params }: NamedIn<'workflow'>) => folderIn(engine, params.workspace, params.workflow),
} as const;
const schedule = {
  ...named('schedule', 'schedule_not_found'),
  folder: async (engine: Engine, { params }: NamedIn<'schedule'>) =>
    (await engine.store.schedules.get({ workspace: params.workspace, name: params.schedule }))?.folder ?? null,
} as const;
const webhook = {
  ...named('webhook', 'webhook_not_found'),
  async folder(engine: Engine, { params }: NamedIn<'webhook'>) {
    const triggers = (await engine.findRevision(params.workspace, null))?.triggers ?? [];
    const found = triggers.find(({ name, type }) => name === params.webhook && type === 'webhook');
    return found === undefined ? null : folderIn(engine, params.workspace, found.workflow);
  },
} as const;
const secret = named('secret', 'not_found');

export const runMissing = (run: string): Missing => ({
  code: 'run_not_found',
  message: `There is no run ${run}.`,
});

const run = {
  kind: 'found',
  find: (_engine: Engine, { params }: OfRun, runs: RunObjects) => runs.of(runId(params.run)),
  missing: ({ params }: OfRun): Missing => runMissing(params.run),
} as const;

const delivery = {
  kind: 'found',
  find: async (engine: Engine, { params }: OfDelivery) => {
    const found = await engine.store.deliveries.get(params.delivery);
    return found === null ? null : namedObject(found.workspace, found.webhook, found.folder);
  },
  missing: ({ params }: OfDelivery): Missing => ({
    code: 'delivery_not_found',
    message: `There is no delivery ${params.delivery}.`,
  }),
} as const;

const event = {
  kind: 'found',
  find: async (engine: Engine, { params }: Readonly<{ params: Readonly<{ event: string }> }>) => {
    const found = await engine.store.events.get(eventId(params.event));
    return found === null ? null : namedObject(found.event.workspace, found.event.type);
  },
  missing: ({ params }: Readonly<{ params: Readonly<{ event: string }> }>): Missing => ({
    code: 'event_not_found',
    message: `There is no event ${params.event}.`,
  }),
} as const;

const newEvent = {
  kind: 'named',
  object: ({ body }: Readonly<{ body: Readonly<{ workspace: string; type: string }> }>) =>
    namedObject(body.workspace, body.type),
  missing: ({ body }: Readonly<{ body: Readonly<{ workspace: string }> }>) => workspaceMissing(body.workspace),
} as const;

/** In which folder a workflow is, live or at a revision; null: in none, or there is no such workflow. */
export async function folderIn(
  engine: Engine,
  workspace: string,
  workflow: string,
  revision: string | null = null,
): Promise<string | null> {
  const found = await engine.findRevision(workspace, revision);
  return (found === null ? null : foldersOf(found).get(workflow)) ?? null;
}

/** A run as permissions see it; null: there is none. */
export async function objectOfRun(engine: Engine, id: RunId): Promise<PermissionObject | null> {
  const origin = await engine.store.runs.origin(id);
  return origin === null ? null : runObject(origin);
}

export const operationObjects: { readonly [Id in GuardedOperation]: Asked<Parts<Id>> } = {
  listWorkspaces: list,
  getWorkspace: workspace,
  syncWorkspace: workspace,
  getDefinitions: workspace,
  listPacks: workspace,
  planWorkspace: workspace,
  listWorkspaceFiles: workspace,
  readWorkspaceFile: workspace,
  checkWorkspaceFile: workspace,
  writeWorkspaceFile: workspace,
  renameWorkspaceFile: workspace,
  removeWorkspaceFile: workspace,
  getGrammar: list,
  listWorkflows: listOfWorkspace,
  getWorkflow: workflow,
  listWorkflowVersions: workflow,
  getWorkflowSource: workflow,
  startRun: workflow,
  listLatestRuns: listOfWorkspace,
  listSchedules: list,
  getSchedule: schedule,
  listScheduleTicks: schedule,
  enableSchedule: schedule,
  disableSchedule: schedule,
  resetSchedule: schedule,
  backfillSchedule: schedule,
  fireSchedule: schedule,
  listWebhooks: list,
  getWebhook: webhook,
  listDeliveries: list,
  getDelivery: delivery,
  redeliver: delivery,
  listSecrets: listOfWorkspace,
  setSecret: secret,
  removeSecret: secret,
  rotateSecrets: server,
  listConnections: listOfWorkspace,
  listRuns: list,
  countRuns: list,
  bulkRuns: list,
  getRun: run,
  listAttempts: run,
  explainRun: run,
  cancelRun: run,
  pauseRun: run,
  resumeRun: run,
  rerunRun: run,
  getRunOutput: run,
  waitForRun: run,
  listLogs: run,
  readLogs: run,
  listApprovals: list,
  listRunApprovals: run,
  answerApproval: run,
  delegateApproval: run,
  listLimits: list,
  listQueues: list,
  listEvents: list,
  getEvent: event,
  emitEvent: newEvent,
  openLive: list,
  listCache: list,
  clearCache: list,
  listWorkers: server,
  listHeldAttempts: server,
  drainWorker: server,
  resumeWorker: server,
  listJoinTokens: server,
  createJoinToken: server,
  revokeJoinToken: server,
  listJoinedWorkers: server,
  revokeWorker: server,
  getSettings: server,
  getMetrics: server,
  listUsers: list,
  createUser: createdAccount,
  getUser: user,
  changeUser: user,
  disableUser: user,
  enableUser: user,
  removeUser: user,
  resetPassword: user,
  unlockUser: user,
  listUserSessions: user,
  listUserIdentities: user,
  removeUserIdentity: user,
  signUserOut: user,
  listServiceAccounts: list,
  createServiceAccount: createdAccount,
  getServiceAccount: account,
  changeServiceAccount: account,
  disableServiceAccount: account,
  enableServiceAccount: account,
  removeServiceAccount: account,
  listGroups: list,
  getGroup: group,
  putGroup,
  removeGroup: group,
  addMember: group,
  removeMember: group,
  listRoles: list,
  getRole: role,
  putRole,
  removeRole: role,
  listRoleBindings: list,
  bindRole: givenRole,
  unbindRole: givenRole,
  listApiKeys: list,
  createApiKey: createdKey,
  revokeApiKey: key,
  listAudit: server,
  exportAudit: server,
  verifyAudit: server,
};
