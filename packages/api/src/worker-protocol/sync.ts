// The worker protocol keeps the names of its types (core's worker-protocol.ts) on the wire: both ends are Millrace's own,
// and a busy worker should not pay for renaming keys twice per step.
import {
  type AttemptRef,
  type Capability,
  type Fault,
  type LocalEntry,
  type LocalRunReport,
  type RunId,
  type SecretsRequest,
  type SyncRequest,
  type SyncResponse,
  type WorkerDescription,
  waitKinds,
} from '@millrace/core';
import { z } from 'zod';
import { json } from '../contract/values.ts';

/** Does not compile while a key of core's type is missing: zod would drop what it does not know. */
type Shape<Value> = Readonly<Record<keyof Value, z.ZodType>>;

const capabilities = [
  'shell',
  'script',
  'http',
  'function',
  'docker',
  'kubernetes',
  'cloud_run',
  'fargate',
  'container_app',
  'local',
  'shared_folder',
] as const satisfies readonly Capability[];

export const runRef = z.string().regex(/^\d{1,19}$/) as unknown as z.ZodType<RunId, RunId>;

const attemptKey = {
  run: z.string().regex(/^\d{1,19}$/),
  step: z.int(),
  item: z.int().min(-1),
  iteration: z.int().min(0),
  attempt: z.int().min(0),
} satisfies Shape<AttemptRef>;

const attemptRef = z.object(attemptKey).meta({ id: 'AttemptRef' });

const fault = z.object({
  code: z.string().max(200),
  message: z.string(),
  hint: z.string().optional(),
  at: z.object({ file: z.string(), line: z.int(), column: z.int() }).optional(),
  step: z.string().optional(),
  details: z.record(z.string(), json).optional(),
  retryable: z.boolean().optional(),
} satisfies Shape<Fault>);

const attemptResult = z.discriminatedUnion('status', [
  z.object({ status: z.literal('succeeded'), output: json, durationMs: z.number().min(0) }),
  z.object({ status: z.enum(['failed', 'timed_out', 'cancelled']), error: fault, durationMs: z.number().min(0) }),
]);

const stepKey = {
  step: attemptKey.step,
  item: attemptKey.item,
  iteration: attemptKey.iteration,
  attempt: attemptKey.attempt,
};

const localCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begin') }),
  z.object({ type: z.literal('attempt_began'), key: z.object(stepKey) }),
  z.object({ type: z.literal('attempt_finished'), key: z.object(stepKey), result: attemptResult }),
  z.object({ type: z.literal('timer_fired'), key: z.object(stepKey), kind: z.enum(waitKinds) }),
  z.object({ type: z.literal('stop'), force: z.boolean() }),
]);

const localRunReport = z.object({
  ...attemptKey,
  from: z.int().min(0),
  entries: z.array(z.object({ at: z.number(), command: localCommand } satisfies Shape<LocalEntry>)).max(20_000),
} satisfies Shape<LocalRunReport>);

const text = z.string().min(1).max(300);

const workerDescription = z.object({
  id: text,
  name: text,
  labels: z.array(text).max(100),
  capabilities: z.array(z.enum(capabilities)).max(20),
  queues: z.array(text).max(100),
  workspaces: z.array(text).max(100).optional(),
  slots: z.int().min(0).max(100_000),
  version: text,
  host: text,
  pid: z.int().min(0),
} satisfies Shape<WorkerDescription>);

/** Checked here, at the edge; the ids get their brands by this. */
export const syncRequest = z
  .object({
    worker: workerDescription,
    results: z.array(z.object({ ...attemptKey, result: attemptResult })).max(20_000),
    reports: z.array(localRunReport).max(1_000).optional(),
    running: z.array(attemptRef).max(200_000).nullable(),
    received: z.int().min(0),
    returned: z.array(attemptRef).max(200_000),
    freeSlots: z.int().min(0).max(100_000),
    stopping: z.boolean(),
    waitMs: z.int().min(0),
  } satisfies Shape<SyncRequest>)
  .meta({ id: 'SyncRequest' }) as unknown as z.ZodType<SyncRequest, SyncRequest>;

export const secretsRequest = z
  .object({
    worker: text,
    held: attemptRef,
    step: z.int().min(0),
    names: z.array(z.string().min(1).max(200)).max(1_000),
  } satisfies Shape<SecretsRequest>)
  .meta({ id: 'SecretsRequest' }) as unknown as z.ZodType<SecretsRequest, SecretsRequest>;

/** Assignments are described by core's `Assignment`; the server makes them, so nobody checks them again. */
export const syncResponse = z
  .object({
    sequence: z.int(),
    assignments: z.array(z.looseObject({ ...attemptKey, workspace: z.string(), workflow: z.string() })),
    localRuns: z.array(z.looseObject({ ...attemptKey, first: z.int(), now: z.number() })).optional(),
    cancellations: z.array(z.object({ ...attemptKey, lost: z.boolean(), force: z.boolean() })),
    confirmed: z.array(attemptRef),
    recorded: z.array(z.object({ ...attemptKey, applied: z.int() })).optional(),
    leaseMs: z.number(),
  } satisfies Shape<SyncResponse>)
  .meta({ id: 'SyncResponse' }) as unknown as z.ZodType<SyncResponse, SyncResponse>;
