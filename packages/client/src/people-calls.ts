import type { Given, Routes } from '@millrace/api';
import type { Transport } from './transport.ts';

type Query<Id extends keyof Routes> = NonNullable<Given<Routes[Id], 'query'>>;
type Body<Id extends keyof Routes> = NonNullable<Given<Routes[Id], 'body'>>;
type CallOptions = Readonly<{ signal?: AbortSignal }>;

/** Who there is, and who may do what. */
export function peopleCalls(transport: Transport) {
  return {
    users: userCalls(transport),
    serviceAccounts: serviceAccountCalls(transport),
    groups: groupCalls(transport),
    roles: roleCalls(transport),
    roleBindings: {
      list: (query: Query<'listRoleBindings'> = {}, call?: CallOptions) =>
        transport.call('listRoleBindings', { query }, call),
      bind: (body: Body<'bindRole'>, call?: CallOptions) => transport.call('bindRole', { body }, call),
      unbind: (body: Body<'unbindRole'>, call?: CallOptions) => transport.call('unbindRole', { body }, call),
    },
    /** What somebody changes about himself. */
    own: {
      /** All of the own sessions end. */
      changePassword: (body: Body<'changeOwnPassword'>, call?: CallOptions) =>
        transport.call('changeOwnPassword', { body }, call),
      sessions: (call?: CallOptions) => transport.call('listOwnSessions', {}, call),
      endSession: (session: string, call?: CallOptions) =>
        transport.call('endOwnSession', { params: { session }, body: {} }, call),
      endOtherSessions: (call?: CallOptions) => transport.call('endOtherSessions', { body: {} }, call),
      identities: (call?: CallOptions) => transport.call('listOwnIdentities', {}, call),
      /** Gives where the browser goes. */
      beginLink: (provider: string, body: Body<'beginOwnLink'>, call?: CallOptions) =>
        transport.call('beginOwnLink', { params: { provider }, body }, call),
      finishLink: (provider: string, body: Body<'finishOwnLink'>, call?: CallOptions) =>
        transport.call('finishOwnLink', { params: { provider }, body }, call),
      linkDirectory: (provider: string, body: Body<'linkOwnDirectory'>, call?: CallOptions) =>
        transport.call('linkOwnDirectory', { params: { provider }, body }, call),
      unlink: (identity: string, body: Body<'unlinkOwnIdentity'>, call?: CallOptions) =>
        transport.call('unlinkOwnIdentity', { params: { identity }, body }, call),
      apiKeys: (call?: CallOptions) => transport.call('listOwnApiKeys', {}, call),
      createApiKey: (body: Body<'createOwnApiKey'>, call?: CallOptions) =>
        transport.call('createOwnApiKey', { body }, call),
      revokeApiKey: (key: string, call?: CallOptions) =>
        transport.call('revokeOwnApiKey', { params: { key }, body: {} }, call),
    },
    apiKeys: {
      list: (query: Query<'listApiKeys'> = {}, call?: CallOptions) => transport.call('listApiKeys', { query }, call),
      /** The key itself is in this answer and in no other. */
      create: (body: Body<'createApiKey'>, call?: CallOptions) => transport.call('createApiKey', { body }, call),
      revoke: (key: string, call?: CallOptions) => transport.call('revokeApiKey', { params: { key }, body: {} }, call),
    },
  };
}

function userCalls(transport: Transport) {
  const of = (user: string) => ({ params: { user } });
  return {
    list: (call?: CallOptions) => transport.call('listUsers', {}, call),
    /** Without a password, the answer has a link by which it is set. */
    create: (body: Body<'createUser'>, call?: CallOptions) => transport.call('createUser', { body }, call),
    get: (user: string, call?: CallOptions) => transport.call('getUser', of(user), call),
    change: (user: string, body: Body<'changeUser'>, call?: CallOptions) =>
      transport.call('changeUser', { ...of(user), body }, call),
    disable: (user: string, call?: CallOptions) => transport.call('disableUser', { ...of(user), body: {} }, call),
    enable: (user: string, call?: CallOptions) => transport.call('enableUser', { ...of(user), body: {} }, call),
    remove: (user: string, call?: CallOptions) => transport.call('removeUser', { ...of(user), body: {} }, call),
    resetPassword: (user: string, call?: CallOptions) =>
      transport.call('resetPassword', { ...of(user), body: {} }, call),
    unlock: (user: string, call?: CallOptions) => transport.call('unlockUser', { ...of(user), body: {} }, call),
    sessions: (user: string, call?: CallOptions) => transport.call('listUserSessions', of(user), call),
    signOut: (user: string, call?: CallOptions) => transport.call('signUserOut', { ...of(user), body: {} }, call),
    identities: (user: string, call?: CallOptions) => transport.call('listUserIdentities', of(user), call),
    removeIdentity: (user: string, identity: string, call?: CallOptions) =>
      transport.call('removeUserIdentity', { params: { user, identity }, body: {} }, call),
    /** By a one-time link. */
    setPassword: (body: Body<'setPassword'>, call?: CallOptions) => transport.call('setPassword', { body }, call),
  };
}

function serviceAccountCalls(transport: Transport) {
  const of = (account: string) => ({ params: { account } });
  return {
    list: (call?: CallOptions) => transport.call('listServiceAccounts', {}, call),
    create: (body: Body<'createServiceAccount'>, call?: CallOptions) =>
      transport.call('createServiceAccount', { body }, call),
    get: (account: string, call?: CallOptions) => transport.call('getServiceAccount', of(account), call),
    change: (account: string, body: Body<'changeServiceAccount'>, call?: CallOptions) =>
      transport.call('changeServiceAccount', { ...of(account), body }, call),
    disable: (account: string, call?: CallOptions) =>
      transport.call('disableServiceAccount', { ...of(account), body: {} }, call),
    enable: (account: string, call?: CallOptions) =>
      transport.call('enableServiceAccount', { ...of(account), body: {} }, call),
    remove: (account: string, call?: CallOptions) =>
      transport.call('removeServiceAccount', { ...of(account), body: {} }, call),
  };
}

function groupCalls(transport: Transport) {
  return {
    list: (call?: CallOptions) => transport.call('listGroups', {}, call),
    get: (group: string, call?: CallOptions) => transport.call('getGroup', { params: { group } }, call),
    put: (group: string, body: Body<'putGroup'>, call?: CallOptions) =>
      transport.call('putGroup', { params: { group }, body }, call),
    remove: (group: string, call?: CallOptions) => transport.call('removeGroup', { params: { group }, body: {} }, call),
    addMember: (group: string, account: string, call?: CallOptions) =>
      transport.call('addMember', { params: { group, account }, body: {} }, call),
    removeMember: (group: string, account: string, call?: CallOptions) =>
      transport.call('removeMember', { params: { group, account }, body: {} }, call),
  };
}

function roleCalls(transport: Transport) {
  return {
    list: (call?: CallOptions) => transport.call('listRoles', {}, call),
    get: (role: string, call?: CallOptions) => transport.call('getRole', { params: { role } }, call),
    put: (role: string, body: Body<'putRole'>, call?: CallOptions) =>
      transport.call('putRole', { params: { role }, body }, call),
    remove: (role: string, call?: CallOptions) => transport.call('removeRole', { params: { role }, body: {} }, call),
  };
}
