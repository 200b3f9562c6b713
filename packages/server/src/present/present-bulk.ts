import type { BulkAnswer } from '@millrace/api';
import type { BulkOutcome, BulkAnswer as EngineAnswer } from '@millrace/engine';

export function presentBulk(
  action: BulkAnswer['action'],
  dryRun: boolean,
  { outcomes, next }: EngineAnswer,
): BulkAnswer {
  const counts = { done: 0, unchanged: 0, planned: 0, failed: 0 };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  return { action, dry_run: dryRun, counts, items: outcomes.map(presentOutcome), next };
}

function presentOutcome(outcome: BulkOutcome): BulkAnswer['items'][number] {
  const { run, workspace, workflow, status } = outcome;
  const subject = { run, workspace, workflow, status };
  if (outcome.outcome !== 'failed') return { ...subject, outcome: outcome.outcome, rerun: outcome.rerun, error: null };
  const { code, message, hint } = outcome.error;
  return { ...subject, outcome: 'failed', rerun: null, error: { code, message, hint: hint ?? null } };
}
