import type { QueueDefinition } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { queue } from '../grammar/queue.ts';
import { readNode } from '../grammar/read-node.ts';
import type { Named } from './named.ts';

/** One entry of `queues`; null when it has an error, which is reported. */
export function buildQueue({ name, at, node }: Named, report: Report): QueueDefinition | null {
  const written = readNode(queue, node, { name: `Queue \`${name}\``, at, noun: 'queue' }, report);
  return written === null ? null : { name, ...written };
}
