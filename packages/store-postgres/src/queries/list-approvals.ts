import { planHash, runId, runObject } from '@millrace/core';
import {
  type ApprovalFilter,
  approvalCursor,
  asksApprover,
  type Page,
  type Paged,
  readApprovalCursor,
  type StoredApproval,
} from '@millrace/engine';
import { type Kysely, sql } from 'kysely';
import { folderIn, readFacts } from '../runs/run-facts.ts';
import { reachConditions, runColumns } from './reach-condition.ts';
import { and } from './run-candidates.ts';
import type { Tables } from './tables.ts';

type Row = Readonly<{
  run: string;
  step: number;
  iteration: number;
  item: number;
  attempt: number;
  document: string;
  workspace: string;
  workflow: string;
  plan: string;
  folder: string;
  facts: string;
}>;

type FoundRow = StoredApproval & Pick<Row, 'facts' | 'folder'>;

const objectOf = ({ workspace, workflow, folder, facts }: FoundRow) =>
  runObject({ workspace, workflow, ...folderIn(folder), ...readFacts(facts) });

/** Who may answer stands in a document that SQL does not look into; so many are read at once to look there. */
const batch = 500;

/** Open approvals by the index of their own, which holds no other waits. */
export async function listApprovals(
  db: Kysely<Tables>,
  filter: ApprovalFilter,
  { limit, after }: Page,
): Promise<Paged<StoredApproval>> {
  const { approver } = filter;
  const items: StoredApproval[] = [];
  for (let from = after; ; ) {
    const size = approver === undefined ? limit + 1 : Math.max(batch, limit + 1);
    const rows = await readRows(db, filter, from, size);
    for (const row of rows) {
      if (approver !== undefined && !asksApprover(filter, row, objectOf(row))) continue;
      const last = items.at(-1);
      if (items.length === limit && last !== undefined) return { items, next: approvalCursor(last) };
      const { facts: _, folder: __, ...approval } = row;
      items.push(approval);
    }
    const last = rows.at(-1);
    if (rows.length < size || last === undefined) return { items, next: null };
    from = approvalCursor(last);
  }
}

async function readRows(
  db: Kysely<Tables>,
  { workspace, workflow, run, reach }: ApprovalFilter,
  after: string | null,
  limit: number,
): Promise<readonly FoundRow[]> {
  const conditions = [sql`w.kind = 'approval'`, ...reachConditions(reach, runColumns('f', 'o'))];
  if (workspace !== undefined) conditions.push(sql`f.workspace = ${workspace}`);
  if (workflow !== undefined) conditions.push(sql`f.name = ${workflow}`);
  if (run !== undefined) conditions.push(sql`w.run = ${run}::bigint`);
  if (after !== null) {
    const { run: last, step, iteration, item } = readApprovalCursor(after);
    conditions.push(sql`w.run <= ${last}::bigint`);
    conditions.push(
      sql`(w.run < ${last}::bigint or (w.step, w.iteration, w.item) > (${step}::int, ${iteration}::int, ${item}::int))`,
    );
  }
  const { rows } = await sql<Row>`
    select w.run, w.step, w.iteration, w.item, w.attempt, w.document, f.workspace, f.name as workflow, p.plan,
      p.folder, o.facts
    from wait w
    join run_origin o on o.id = w.run
    join pinned_workflow p on p.id = o.pinned
    join workflow f on f.id = p.workflow
    where ${and(conditions)}
    order by w.run desc, w.step, w.iteration, w.item
    limit ${limit}`.execute(db);
  return rows.map((row) => ({ ...row, run: runId(row.run), plan: planHash(row.plan) }));
}
