// What the permissions of an operation depend on besides the permission that the contract names for it.
import { type Route, routeList } from '@millrace/api';
import type { ApiOperation } from './api-calls.ts';

/** Of the whole server: a role that counts in one workspace is not enough. */
export const ofServer: ReadonlySet<string> = new Set([
  'rotateSecrets',
  'listWorkers',
  'listHeldAttempts',
  'drainWorker',
  'resumeWorker',
  'listJoinTokens',
  'createJoinToken',
  'revokeJoinToken',
  'listJoinedWorkers',
  'revokeWorker',
  'getSettings',
  'getMetrics',
  'listAudit',
  'exportAudit',
  'verifyAudit',
  'createUser',
  'createServiceAccount',
  'putGroup',
  'putRole',
  'bindRole',
  'unbindRole',
  'createApiKey',
]);
/** Of people, who belong to no workspace: to those who have roles in one only, they are not there. */
export const ofPeople: ReadonlySet<string> = new Set([
  'getUser',
  'changeUser',
  'disableUser',
  'enableUser',
  'removeUser',
  'resetPassword',
  'unlockUser',
  'listUserSessions',
  'listUserIdentities',
  'removeUserIdentity',
  'signUserOut',
  'getServiceAccount',
  'changeServiceAccount',
  'disableServiceAccount',
  'enableServiceAccount',
  'removeServiceAccount',
  'getGroup',
  'removeGroup',
  'addMember',
  'removeMember',
  'getRole',
  'removeRole',
  'revokeApiKey',
]);
/** About the caller himself, but not for an API key, as which everybody calls here. */
export const ofSessions: ReadonlySet<string> = new Set(['unlinkOwnIdentity', 'findLoginRequest', 'answerLoginRequest']);
/** Lists of everything, in which what is foreign does not show. All others name one thing. */
export const lists: ReadonlySet<string> = new Set([
  'listWorkspaces',
  'getGrammar',
  'listSchedules',
  'listWebhooks',
  'listDeliveries',
  'listRuns',
  'countRuns',
  'bulkRuns',
  'listApprovals',
  'listLimits',
  'listQueues',
  'listEvents',
  'openLive',
  'listCache',
  'clearCache',
  'listUsers',
  'listServiceAccounts',
  'listGroups',
  'listRoles',
  'listRoleBindings',
  'listApiKeys',
]);

/** Lists of what a workspace has, empty for whoever reaches nothing of it. */
export const listsOfWorkspace: ReadonlySet<string> = new Set([
  'listWorkflows',
  'listLatestRuns',
  'listSecrets',
  'listConnections',
]);
/** What hangs on workflows, and so is in their folder. */
export const inFolders: ReadonlySet<string> = new Set([
  'workflow',
  'schedule',
  'webhook',
  'run',
  'log',
  'approval',
  'cache',
]);
export const operations = routeList.filter(
  (spec): spec is Route & Readonly<{ operationId: ApiOperation; access: 'api' }> => spec.access === 'api',
);
/** What needs nobody. Each is here because somebody thought about it. */
export const forEverybody = [
  'beginOidcSignIn',
  'createLoginRequest',
  'finishLogin',
  'finishOidcSignIn',
  'getLiveness',
  'getOpenApi',
  'getReadiness',
  'getSignIn',
  'receiveDelivery',
  'receiveDeliveryByGet',
  'receivePush',
  'renewSession',
  'setPassword',
  'setUp',
  'signIn',
  'signInByDirectory',
];
