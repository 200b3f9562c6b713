// Nobody learns of what is in a workspace that he may not see; and whoever is refused learns why, and who can help.
import { expect, test } from 'vitest';
import { type Callers, missing } from './callers.ts';
import { apiToken } from './two-workspaces.ts';

export function foreignThings(callers: Callers): void {
  const { ask, keys } = callers;
  const everyList = [
    'listWorkspaces',
    'listSchedules',
    'listWebhooks',
    'listDeliveries',
    'listRuns',
    'bulkRuns',
    'listApprovals',
    'listLimits',
    'listQueues',
    'listEvents',
    'listCache',
  ] as const;

  test.each(everyList)('shows in %s to those who see everything, and to nobody else', async (operation) => {
    const all = await ask(operation, callers.world.shop, apiToken);
    expect(all.text).toContain('vault');
    expect(all.text).toContain('shop');
    const own = await ask(operation, callers.world.shop, keys.get('admin'));
    expect([own.status, own.text.includes('shop'), own.text.includes('vault')]).toEqual([200, true, false]);
    const other = await ask(operation, callers.world.shop, keys.get('stranger'));
    expect([other.status, other.text.includes('shop'), other.text.includes('vault')]).toEqual([200, false, true]);
  });

  test.each(['listSchedules', 'listWebhooks', 'listDeliveries', 'listRuns', 'listApprovals', 'listCache'] as const)(
    'shows in %s to nobody who sees one folder',
    async (operation) => {
      const { status, text } = await ask(operation, callers.world.shop, keys.get('in-folder'));
      expect([status, text.includes('shop'), text.includes('vault')]).toEqual([200, true, false]);
    },
  );

  test('is in no count', async () => {
    const count = async (token: string | undefined): Promise<number> => {
      const { text } = await ask('countRuns', callers.world.shop, token);
      return Object.values(JSON.parse(text) as Record<string, number>).reduce((sum, one) => sum + one, 0);
    };
    const [all, shop, vault] = [
      await count(apiToken),
      await count(keys.get('viewer')),
      await count(keys.get('stranger')),
    ];
    expect(Math.min(shop, vault)).toBeGreaterThan(0);
    expect(shop + vault).toBe(all);
  });

  test('is found by no filter', async () => {
    for (const query of [
      'runs?workspace=vault',
      'schedules?search=vault',
      'events?workspace=vault',
      'runs?tag=vault-tag',
    ]) {
      const get = async (token: string | undefined) =>
        (
          await callers.world.server.app.inject({
            url: `/api/v1/${query}`,
            headers: { authorization: `Bearer ${token}` },
          })
        ).json();
      expect((await get(apiToken)).items.length).toBeGreaterThan(0);
      expect(await get(keys.get('admin'))).toEqual({ items: [], next: null });
    }
  });

  test('is in no hint', async () => {
    const at = (token: string | undefined) => ask('getWorkspace', missing, token);
    expect((await at(apiToken)).error.hint).toBe('There are: shop, vault.');
    const start = (token: string | undefined) =>
      callers.world.server.app.inject({
        method: 'POST',
        url: `/api/v1/workspaces/shop/workflows/nope/runs`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        payload: {},
      });
    expect((await start(apiToken)).json().error.hint).toContain('shop-release');
    expect((await start(keys.get('operator'))).json().error).toMatchObject({
      code: 'workflow_not_found',
      hint: 'It is not there, or not yours to see.',
      details: null,
    });
  });
}

export function refusals(callers: Callers): void {
  const { ask, keys } = callers;
  test('names who can help', async () => {
    const { error } = await ask('cancelRun', callers.world.shop, keys.get('viewer'));
    expect(error).toMatchObject({
      code: 'forbidden',
      message: 'the-viewer lacks the permission run:control.',
      hint: 'Ask an administrator for a role that has it: the-scoped.',
    });
    const again = await ask('getSettings', callers.world.shop, keys.get('viewer'));
    expect(again.error.message).toBe('the-viewer lacks the permission setting:read for the whole server.');
    expect(again.error.hint).toBe('Ask an administrator for a role that has it: the-scoped.');
  });

  test('of an API key says that it is the key', async () => {
    const { error } = await ask('getRun', callers.world.vault, keys.get('scoped'));
    expect(error.code).toBe('run_not_found');
    const { error: control } = await ask('setSecret', callers.world.shop, keys.get('scoped'));
    expect(control).toMatchObject({ code: 'forbidden', hint: 'Make an API key with this scope.' });
  });
}
