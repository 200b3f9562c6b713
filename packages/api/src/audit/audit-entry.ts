import { z } from 'zod';
import { json, time } from '../contract/values.ts';

const auditHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'Expected 64 hexadecimal digits.')
  .meta({ description: 'SHA-256, in hexadecimal digits.' });

const auditNumber = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A place in the log that somebody keeps elsewhere. */
export const auditAnchor = z
  .strictObject({ number: auditNumber, hash: auditHash })
  .meta({ id: 'AuditAnchor', description: 'A place in the log: the number of an entry, and its hash.' });

export const auditOutcomes = ['done', 'refused', 'failed'] as const;

export const auditEntry = z
  .object({
    number: z.int().meta({ description: 'Its place in the log, from 1, without a gap.' }),
    hash: z
      .string()
      .meta({ description: 'Made of the number, the hash of the entry before, and what the entry says.' }),
    previous_hash: z.string(),
    at: time,
    actor: z
      .string()
      .nullable()
      .meta({ description: 'The account, or `local`, `api-token`, `system`, `attempt:RUN/STEP`; null: not known.' }),
    actor_kind: z.string().nullable(),
    session: z.string().nullable().meta({ description: 'The session that it was done in.' }),
    api_key: z.string().nullable().meta({ description: 'The id of the API key that it was done with.' }),
    address: z.string().nullable(),
    operation: z.string().meta({ description: 'The `operationId`, or what the server did by itself.' }),
    workspace: z.string().nullable(),
    object: z.string().nullable().meta({ description: 'What it was done to, as paths of the API name it.' }),
    outcome: z.enum(auditOutcomes).meta({
      description: '`refused`: it was not allowed. `failed`: it was allowed, and did not come about.',
    }),
    code: z.string().nullable().meta({ description: "The error's code, where there was one." }),
    count: z
      .int()
      .meta({ description: 'How often the same was refused within a minute, where it was more than once.' }),
    before: json.meta({ description: 'What the object was, as far as that is told; no secret is ever in it.' }),
    after: json.meta({ description: 'What it became.' }),
    detail: json.meta({ description: 'What else was asked for.' }),
    request_id: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.output<typeof auditEntry>;

/** One line of an export: all that `verify` needs. */
export const auditLine = z.object({
  number: z.int(),
  previous_hash: z.string(),
  hash: z.string(),
  entry: json.meta({ description: 'What the entry says. The hash is made of its canonical JSON.' }),
});
export type AuditLine = z.output<typeof auditLine>;

const auditFinding = z
  .object({
    kind: z.enum(['changed', 'moved', 'replaced', 'missing', 'cut_off', 'forked', 'foreign']).meta({
      description:
        '`changed`: the row is not what it was. `moved`: it stood at another number. `replaced`: the row after it was made after another one. `missing`: rows are not there. `cut_off`: the log ends before the anchor. `forked`: the anchor was taken of another row. `foreign`: rows stand after the end.',
    }),
    number: z.int(),
    through: z.int().meta({ description: 'The last row that is concerned.' }),
    message: z.string(),
  })
  .meta({ id: 'AuditFinding' });

export const auditVerdict = z
  .object({
    findings: z.array(auditFinding).meta({ description: 'What is wrong; empty: nothing. At most 100.' }),
    from: z.int().meta({ description: 'The first row that was looked at.' }),
    checked: z.int().meta({ description: 'How many rows were.' }),
    last: auditAnchor.meta({ description: 'The last of them. Keep it elsewhere, as an anchor for later.' }),
    next: auditAnchor.nullable().meta({ description: 'The anchor to go on with; null: the end was reached.' }),
    anchor_removed: z.boolean().meta({
      description: 'The anchor is of a row that retention has removed, so nothing was compared with it.',
    }),
  })
  .meta({ id: 'AuditVerdict' });
export type AuditVerdict = z.output<typeof auditVerdict>;
