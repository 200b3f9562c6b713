import { Readable } from 'node:stream';
import { reachOf } from '@millrace/core';
import type { Audit } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRawRoute, mountRoute } from '../contract/mount-route.ts';
import { presentAuditItem, presentAuditVerdict } from '../present/present-audit.ts';
import type { ServerContext } from '../server-context.ts';

export function addAuditRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  mountRoute(app, 'listAudit', async ({ query, actor }) => {
    const { limit, after, ...asked } = query;
    const filter = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    // Where a role denies the log of a workspace, what was done there is not in the list.
    const reach = reachOf(actor.authority, 'audit:read');
    const { items, next } = await engine.audit.list({ ...filter, reach }, { limit, after: after ?? null });
    return { items: items.map(presentAuditItem), next };
  });

  mountRawRoute(app, 'exportAudit', async ({ query, reply }) => {
    reply.type('application/x-ndjson; charset=utf-8').header('cache-control', 'no-store');
    return reply.send(Readable.from(lines(engine.audit, query.from), { objectMode: false }));
  });

  mountRoute(app, 'verifyAudit', async ({ body }) => presentAuditVerdict(await engine.audit.verify(body)));
}

/** The document goes out as it is stored: it is what the hash was made of. */
async function* lines(audit: Audit, from: number): AsyncGenerator<string> {
  for await (const rows of audit.export(from)) {
    const page = rows.map(
      ({ number, previousHash, hash, document }) =>
        `{"number":${number},"previous_hash":${JSON.stringify(previousHash)},"hash":${JSON.stringify(hash)},"entry":${document}}\n`,
    );
    yield page.join('');
  }
}
