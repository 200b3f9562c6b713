import { MillraceError } from '@millrace/core';
import type { SecretDetail, Secrets } from '@millrace/engine';

const detail: SecretDetail = {
  workspace: 'shop',
  name: 'token',
  description: 'For the registry.',
  used: true,
  from: 'store',
  source: null,
  problem: null,
  stored: { keyId: '0123456789ab', updatedAt: Date.UTC(2026, 10, 21), updatedBy: 'ada' },
};

function requireShop(workspace: string): void {
  if (workspace === 'shop') return;
  throw new MillraceError('workspace_not_found', `There is no workspace ${workspace}.`, { hint: 'There is: shop.' });
}

/** Of the workspace `shop`: two secrets, one of which is set, and a connection. */
export function createFakeSecrets(): Secrets {
  return {
    async list(workspace) {
      requireShop(workspace);
      return [detail, { ...detail, name: 'other', description: null, from: null, stored: null }];
    },
    async set({ workspace, name, by }) {
      requireShop(workspace);
      return { ...detail, name, stored: { keyId: '0123456789ab', updatedAt: Date.UTC(2026, 10, 21), updatedBy: by } };
    },
    async remove({ name }) {
      if (name === 'token') return;
      throw new MillraceError('not_found', `No secret ${name} is stored.`, { hint: 'There is: token.' });
    },
    rotate: async () => ({ keyId: '0123456789ab', resealed: 1, total: 2 }),
    async listConnections(workspace) {
      requireShop(workspace);
      return [{ name: 'db', type: 'postgres', values: { host: 'db.example.org', password: '{{ secrets.token }}' } }];
    },
  };
}
