// What the audit log tells of each operation, beside who, when, from where, on what, and what came of it. Nothing of a body
// is told unless it stands here: bodies have passwords, secrets and inputs in them.
import type { Answer, OperationId, Parsed, Routes } from '@millrace/api';
import type { Json } from '@millrace/core';
import type { Engine } from '@millrace/engine';
import { apiKeyState, groupState, roleState, serviceAccountState, userState } from './people-states.ts';

type Parts<Id extends OperationId> = Readonly<{
  params: Parsed<Routes[Id], 'params'>;
  body: Parsed<Routes[Id], 'body'>;
}>;

type KeysOf<T> = T extends object ? readonly (keyof T & string)[] : readonly [];

export type Audited<Id extends OperationId> = Readonly<{
  /** Parts of the body that are told as they came, as `detail`. */
  asks?: KeysOf<Parsed<Routes[Id], 'body'>>;
  /** Parts of the answer that are told, as `after`. */
  gives?: KeysOf<Answer<Routes[Id]>>;
  /** The object as it is; asked before and after. */
  state?: (engine: Engine, parts: Parts<Id>) => Promise<Json>;
  /** Done so often that nobody waits until the entry is stored. */
  often?: true;
  /** Where nobody is known before: whom the answer, or what was sent, tells of. Only names of accounts that there are. */
  who?: (engine: Engine, told: Readonly<{ body: unknown; answer: Json }>) => Promise<string | null>;
  /** A change although it is a GET. */
  changes?: true;
  /** Not told of when it was done: it is no change. */
  quiet?: true;
}>;

const scheduleState = async (
  { store }: Engine,
  { params: { workspace, schedule } }: Readonly<{ params: Readonly<{ workspace: string; schedule: string }> }>,
): Promise<Json> => {
  const found = await store.schedules.get({ workspace, name: schedule });
  return found === null ? null : { override: found.override as Json };
};

const secretState = async (
  { store }: Engine,
  { params: { workspace, secret } }: Readonly<{ params: Readonly<{ workspace: string; secret: string }> }>,
): Promise<Json> => {
  const found = await store.secrets.get(workspace, secret);
  return found === null ? null : { key: found.keyId, updatedAt: found.updatedAt, updatedBy: found.updatedBy };
};

const joinTokenState = async (
  { store }: Engine,
  { params }: Readonly<{ params: Readonly<{ join_token: string }> }>,
): Promise<Json> => {
  const found = await store.joins.getToken(params.join_token);
  if (found === null) return null;
  const { name, bounds, until, mostUses, uses } = found;
  return { name, bounds: bounds as Json, until, mostUses, uses };
};

/** A name that was tried is told only where it is one: people type passwords into the wrong field. */
const whoSignsIn = async (
  { people }: Engine,
  { body, answer }: Readonly<{ body: unknown; answer: Json }>,
): Promise<string | null> => {
  const name = textAt(answer, 'account') ?? textAt(body, 'name');
  if (name === null) return null;
  return people.accounts.get(name).then(
    (account) => account.name,
    () => null,
  );
};

function textAt(value: unknown, key: string): string | null {
  const text = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : null;
  return typeof text === 'string' ? text : null;
}

export const auditedOperations: { readonly [Id in OperationId]?: Audited<Id> } = {
  checkWorkspaceFile: { quiet: true },
  writeWorkspaceFile: { asks: ['path', 'based_on'] },
  renameWorkspaceFile: { asks: ['path', 'to'] },
  removeWorkspaceFile: { asks: ['path'] },
  startRun: { asks: ['revision', 'priority', 'tags'], gives: ['id', 'created'], often: true },
  receiveDelivery: { often: true },
  receiveDeliveryByGet: { often: true, changes: true },
  enableSchedule: { asks: ['reason'], state: scheduleState },
  disableSchedule: { asks: ['reason'], state: scheduleState },
  resetSchedule: { asks: ['reason'], state: scheduleState },
  backfillSchedule: { asks: ['from', 'to', 'dry_run'] },
  setSecret: { state: secretState },
  removeSecret: { state: secretState },
  rotateSecrets: { gives: ['key', 'resealed', 'total'] },
  createUser: { asks: ['name', 'display_name', 'email'] },
  changeUser: { state: userState },
  disableUser: { state: userState },
  enableUser: { state: userState },
  removeUser: { state: userState },
  unlockUser: { state: userState },
  resetPassword: { gives: ['user'] },
  setPassword: { gives: ['user'] },
  signUserOut: { gives: ['ended'] },
  createServiceAccount: { asks: ['name', 'display_name', 'email'] },
  changeServiceAccount: { state: serviceAccountState },
  disableServiceAccount: { state: serviceAccountState },
  enableServiceAccount: { state: serviceAccountState },
  removeServiceAccount: { state: serviceAccountState },
  putGroup: { state: groupState },
  removeGroup: { state: groupState },
  addMember: { state: groupState },
  removeMember: { state: groupState },
  putRole: { state: roleState },
  removeRole: { state: roleState },
  bindRole: { asks: ['account', 'group', 'role', 'where'] },
  unbindRole: { asks: ['account', 'group', 'role', 'where'] },
  beginOwnLink: { quiet: true },
  finishOwnLink: { gives: ['provider', 'issuer', 'subject'] },
  linkOwnDirectory: { gives: ['provider', 'issuer', 'subject'] },
  unlinkOwnIdentity: { gives: ['removed'] },
  removeUserIdentity: { gives: ['removed'] },
  endOtherSessions: { gives: ['ended'] },
  createApiKey: { gives: ['api_key'] },
  createOwnApiKey: { gives: ['api_key'] },
  revokeApiKey: { state: apiKeyState },
  revokeOwnApiKey: { state: apiKeyState },
  createJoinToken: { gives: ['join_token'] },
  revokeJoinToken: { state: joinTokenState },
  revokeWorker: { gives: ['name', 'revoked_at', 'revoked_by'] },
  joinWorker: { changes: true, asks: ['name'], gives: ['worker', 'bounds'] },
  rotateWorkerToken: { changes: true, often: true },
  cancelRun: { asks: ['reason', 'force'], gives: ['status'] },
  pauseRun: { asks: ['reason'], gives: ['status'] },
  resumeRun: { gives: ['status'] },
  bulkRuns: { asks: ['action', 'filter', 'reason', 'force', 'plan', 'dry_run'] },
  rerunRun: { asks: ['from', 'plan'] },
  answerApproval: { asks: ['decision', 'comment', 'item', 'iteration'] },
  emitEvent: { asks: ['type'], often: true },
  finishOidcSignIn: { changes: true, who: whoSignsIn },
  signInByDirectory: { who: whoSignsIn },
  signIn: { who: whoSignsIn },
  answerLoginRequest: { asks: ['decision'], gives: ['machine'] },
  // Told of by the answer to it.
  finishLogin: { quiet: true },
  // Anybody may ask; what counts is the answer.
  createLoginRequest: { quiet: true },
  findLoginRequest: { quiet: true },
  renewSession: { quiet: true },
  setUp: { who: whoSignsIn },
  clearCache: { asks: ['workspace', 'workflow', 'step'] },
};
