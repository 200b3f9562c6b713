import { isoTime } from '@millrace/api';
import type { CacheFilter } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { within } from '../permissions/within.ts';
import type { ServerContext } from '../server-context.ts';

export function addCacheRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  mountRoute(app, 'listCache', async ({ query, reach }) => {
    const page = await engine.store.cache.list(
      { ...filterOf(query), ...within(reach) },
      { limit: query.limit, after: query.after ?? null },
    );
    const items = page.items.map(({ workspace, key, label, workflow, step, run, sizeBytes, createdAt, expiresAt }) => ({
      workspace,
      key: label,
      hash: key,
      workflow,
      step,
      run,
      size_bytes: sizeBytes,
      created_at: isoTime(createdAt),
      expires_at: isoTime(expiresAt),
    }));
    return { items, next: page.next };
  });

  mountRoute(app, 'clearCache', async ({ body, reach }) => ({
    removed: await engine.store.cache.clear({ ...filterOf(body), ...within(reach) }),
  }));
}

type Given = Readonly<Partial<Record<'workspace' | 'workflow' | 'step' | 'key', string | undefined>>>;

const filterOf = ({ workspace, workflow, step, key }: Given): CacheFilter => ({
  ...(workspace === undefined ? {} : { workspace }),
  ...(workflow === undefined ? {} : { workflow }),
  ...(step === undefined ? {} : { step }),
  ...(key === undefined ? {} : { label: key }),
});
