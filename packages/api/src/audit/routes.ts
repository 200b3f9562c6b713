import { z } from 'zod';
import { paged, pageQuery } from '../contract/page.ts';
import { route } from '../contract/route.ts';
import { givenTime, name, queryInteger } from '../contract/values.ts';
import { auditAnchor, auditEntry, auditOutcomes, auditVerdict } from './audit-entry.ts';

/** The most rows that one call verifies: it should end before proxies lose patience. */
export const maxVerifiedRows = 100_000;

export const auditRoutes = {
  listAudit: route({
    method: 'GET',
    path: '/api/v1/audit',
    summary: 'List entries of the audit log, newest first',
    description:
      'Each operation that changes something, and each that was refused. It needs a role that ' +
      'counts everywhere; where it denies workspaces, their entries are absent.',
    tag: 'audit',
    access: 'api',
    needs: 'audit:read',
    query: z.strictObject({
      ...pageQuery,
      actor: name.optional(),
      operation: name.optional(),
      object: z.string().min(1).max(500).optional().meta({
        description: 'The object and what is below it: `workspaces/prod/secrets`.',
      }),
      outcome: z.enum(auditOutcomes).optional(),
      workspace: name.optional(),
      since: givenTime.optional(),
      until: givenTime.optional(),
    }),
    responses: { 200: { description: 'A page of entries.', schema: paged(auditEntry) } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  exportAudit: route({
    method: 'GET',
    path: '/api/v1/audit/export',
    summary: 'Export the audit log, oldest entry first, as lines of JSON',
    description:
      'Each line has number, previous_hash, hash and entry. `hash` is the SHA-256 of the number, the hash before and the ' +
      "entry's canonical JSON (keys in order, no blanks), with line feeds between them, so whoever has the lines can verify " +
      'them. The last line is an anchor for later.',
    tag: 'audit',
    access: 'api',
    needs: 'audit:read',
    query: z.strictObject({
      from: queryInteger.min(1).default(1).meta({ description: 'The number of the first entry.' }),
    }),
    responses: { 200: { description: 'The lines.', contentTypes: ['application/x-ndjson'] } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
  verifyAudit: route({
    method: 'POST',
    path: '/api/v1/audit/verify',
    summary: 'Verify that nobody changed, removed, inserted or moved entries of the audit log',
    description:
      'The chain of hashes shows what was done to single rows. Whoever can write to the database can make all hashes anew, ' +
      'or cut the end off: that shows against an anchor that was kept elsewhere.',
    tag: 'audit',
    access: 'api',
    needs: 'audit:read',
    body: z.strictObject({
      anchor: auditAnchor.nullable().default(null).meta({ description: 'Where to begin; null: at the first entry.' }),
      limit: z.int().min(1).max(maxVerifiedRows).default(maxVerifiedRows),
    }),
    responses: { 200: { description: 'What was found.', schema: auditVerdict } },
    errors: ['invalid_request', 'store_unavailable'],
  }),
};
