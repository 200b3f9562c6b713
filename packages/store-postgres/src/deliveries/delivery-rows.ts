import { runId } from '@millrace/core';
import type { Delivery, DeliveryContent, DeliveryOutcome, DeliverySummary, NewDelivery } from '@millrace/engine';
import { folderIn } from '../runs/run-facts.ts';

/** A row as it comes: bigint as text, documents as JSON. */
export type DeliveryRow = Readonly<{
  id: string;
  workspace: string;
  webhook: string;
  folder: string;
  received_at: string;
  outcome: DeliveryOutcome;
  reason: string | null;
  run: string | null;
  start_key: string | null;
  kept: boolean;
  facts: string;
  content: string;
}>;

/** What no condition asks for. */
type Facts = Pick<
  NewDelivery,
  'method' | 'remote' | 'sizeBytes' | 'deliveryId' | 'message' | 'fingerprint' | 'redeliveryOf' | 'by'
>;

export function deliveryValues(delivery: NewDelivery): readonly unknown[] {
  const { workspace, webhook, folder = '', outcome, reason, run, startKey, content, ...facts } = delivery;
  const kept = content.body !== null;
  return [
    workspace,
    webhook,
    outcome,
    reason,
    run,
    startKey,
    kept,
    JSON.stringify(facts satisfies Facts),
    JSON.stringify(content),
    folder,
  ];
}

export function decodeDelivery(row: DeliveryRow): Delivery {
  const { kept: _, ...summary } = decodeSummary(row);
  return { ...summary, content: JSON.parse(row.content) as DeliveryContent };
}

export function decodeSummary(row: Omit<DeliveryRow, 'content'>): DeliverySummary {
  return {
    ...(JSON.parse(row.facts) as Facts),
    id: row.id,
    workspace: row.workspace,
    webhook: row.webhook,
    ...folderIn(row.folder),
    receivedAt: Number(row.received_at),
    outcome: row.outcome,
    reason: row.reason,
    run: row.run === null ? null : runId(row.run),
    startKey: row.start_key,
    kept: row.kept,
  };
}
