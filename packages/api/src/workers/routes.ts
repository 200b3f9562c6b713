import { z } from 'zod';
import { route } from '../contract/route.ts';
import { name, time } from '../contract/values.ts';

const worker = z
  .object({
    id: z.string(),
    name: z.string(),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    labels: z.array(z.string()),
    capabilities: z.array(z.string()),
    queues: z.array(z.string()),
    workspaces: z.array(z.string()).nullable().meta({ description: 'It takes work of these only; null: of all.' }),
    joined: z
      .string()
      .nullable()
      .meta({ description: 'The joined worker that it is a process of; null: it has no token of its own.' }),
    slots: z.int().meta({ description: 'How many attempts it executes at once.' }),
    held: z.int().meta({ description: 'Attempts that it holds: running, or waiting in its line.' }),
    registered_at: time,
    lease_until: time.meta({ description: 'If nothing is heard of it until then, others run what it holds.' }),
    draining_since: time
      .nullable()
      .meta({ description: 'Since when it gets nothing new, because somebody wants it so; null: it does.' }),
  })
  .meta({ id: 'Worker' });
export type Worker = z.output<typeof worker>;

const heldAttempt = z
  .object({
    run: z.string(),
    workspace: z.string(),
    workflow: z.string(),
    step: z.string(),
    item: z.int().meta({ description: 'Of a for-each step, from 0; -1: the step itself.' }),
    iteration: z.int(),
    attempt: z.int(),
    queue: z.string(),
    since: time,
  })
  .meta({ id: 'HeldAttempt' });
export type HeldAttempt = z.output<typeof heldAttempt>;

const params = z.object({ worker: name });

export const workerRoutes = {
  listWorkers: route({
    method: 'GET',
    path: '/api/v1/workers',
    summary: 'List the workers whose lease is alive',
    tag: 'workers',
    access: 'api',
    needs: 'worker:read',
    responses: { 200: { description: 'The workers.', schema: z.object({ items: z.array(worker) }) } },
    errors: ['store_unavailable'],
  }),
  listHeldAttempts: route({
    method: 'GET',
    path: '/api/v1/workers/{worker}/attempts',
    summary: 'List the attempts that a worker holds, the longest first',
    description: 'Running, or waiting in its line.',
    tag: 'workers',
    access: 'api',
    needs: 'worker:read',
    params,
    responses: { 200: { description: 'The attempts.', schema: z.object({ items: z.array(heldAttempt) }) } },
    errors: ['invalid_request', 'not_found', 'store_unavailable'],
  }),
  drainWorker: route({
    method: 'POST',
    path: '/api/v1/workers/{worker}/drain',
    summary: 'Let a worker get nothing new',
    description:
      'What it holds goes on. It stays so until it is resumed or ends, also when servers are started anew. What was on its ' +
      'way to it at this moment may still arrive. Again: nothing changes.',
    tag: 'workers',
    access: 'api',
    needs: 'worker:change',
    params,
    body: z.strictObject({}),
    responses: { 200: { description: 'The worker.', schema: worker } },
    errors: ['invalid_request', 'not_found', 'store_unavailable'],
  }),
  resumeWorker: route({
    method: 'POST',
    path: '/api/v1/workers/{worker}/resume',
    summary: 'Let a worker that drains get work again',
    tag: 'workers',
    access: 'api',
    needs: 'worker:change',
    params,
    body: z.strictObject({}),
    responses: { 200: { description: 'The worker.', schema: worker } },
    errors: ['invalid_request', 'not_found', 'store_unavailable'],
  }),
};
