import type { SecretDetail, Secrets } from '@millrace/engine';

const detail: SecretDetail = {
  workspace: 'shop',
  name: 'token',
  description: 'For the registry.',
  used: true,
  from: 'store',
  stored: { keyId: '0123456789ab', updatedAt: Date.UTC(2026, 10, 21), updatedBy: 'ada' },
};

/** One secret and one connection. */
export function createFakeSecrets(): Secrets {
  return {
    list: async () => [detail, { ...detail, name: 'other', description: null, from: null, stored: null }],
    set: async ({ name, by }) => ({
      ...detail,
      name,
      stored: { keyId: '0123456789ab', updatedAt: Date.UTC(2026, 10, 21), updatedBy: by },
    }),
    remove: async () => undefined,
    rotate: async () => ({ keyId: '0123456789ab', resealed: 1, total: 2 }),
    listConnections: async () => [
      { name: 'db', type: 'postgres', values: { host: 'db.example.org', password: '{{ secrets.token }}' } },
    ],
  };
}
