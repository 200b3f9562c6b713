import { z } from 'zod';
import { route } from '../contract/route.ts';
import { time } from '../contract/values.ts';

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
    slots: z.int().meta({ description: 'How many attempts it executes at once.' }),
    held: z.int().meta({ description: 'Attempts that it holds: running, or waiting in its line.' }),
    registered_at: time,
    lease_until: time.meta({ description: 'If nothing is heard of it until then, others run what it holds.' }),
  })
  .meta({ id: 'Worker' });
export type Worker = z.output<typeof worker>;

export const workerRoutes = {
  listWorkers: route({
    method: 'GET',
    path: '/api/v1/workers',
    summary: 'List the workers whose lease is alive',
    tag: 'workers',
    access: 'api',
    responses: { 200: { description: 'The workers.', schema: z.object({ items: z.array(worker) }) } },
    errors: ['store_unavailable'],
  }),
};
