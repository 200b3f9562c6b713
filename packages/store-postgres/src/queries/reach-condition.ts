import { type Condition, isUnlimitedReach, type Reach, type Rule } from '@millrace/core';
import { type RawBuilder, sql } from 'kysely';
import { factsOfAccount, tagInIndex } from '../runs/run-facts.ts';

/** Where a query has what selectors ask about. What it has not, matches no condition, as in an object without it. */
export type ReachColumns = Readonly<{
  workspace?: RawBuilder<unknown>;
  name?: RawBuilder<unknown>;
  /** Empty: it is in none. */
  folder?: RawBuilder<unknown>;
  /** In the place of `folder`, where an object may have been in several. */
  isIn?: (folder: string) => RawBuilder<unknown>;
  /** Whether the object has a label. */
  label?: (label: string) => RawBuilder<unknown>;
  /** Whether it is somebody's own. */
  owner?: (owner: string) => RawBuilder<unknown>;
}>;

/**
 * A reach as a condition of SQL: it is true of exactly the rows whose objects `isWithinReach`. Empty where everything is
 * reached, so that the statements of those who may do everything stay as they are.
 */
export function reachConditions(reach: Reach | undefined, columns: ReachColumns): readonly RawBuilder<unknown>[] {
  if (reach === undefined || isUnlimitedReach(reach)) return [];
  return reach.flatMap(({ allow, deny }) => [
    anyOf(allow, columns),
    ...(deny.length === 0 ? [] : [sql`not ${anyOf(deny, columns)}`]),
  ]);
}

function anyOf(rules: readonly Rule[], columns: ReachColumns): RawBuilder<unknown> {
  if (rules.length === 0) return sql`false`;
  return sql`(${sql.join(
    rules.map((rule) => allOf(rule, columns)),
    sql` or `,
  )})`;
}

function allOf(rule: Rule, columns: ReachColumns): RawBuilder<unknown> {
  const parts = rule.flatMap((condition) => partsOf(condition, columns));
  return parts.length === 0 ? sql`true` : sql`(${sql.join(parts, sql` and `)})`;
}

function partsOf(condition: Condition, columns: ReachColumns): readonly RawBuilder<unknown>[] {
  const { workspace, name, folder, label, owner } = condition;
  return [
    ...(workspace === undefined ? [] : [matches(columns.workspace, workspace)]),
    ...(name === undefined ? [] : [matches(columns.name, name)]),
    ...(folder === undefined ? [] : [columns.isIn?.(folder) ?? isIn(columns.folder, folder)]),
    ...(label === undefined ? [] : [columns.label?.(label) ?? sql`false`]),
    ...(owner === undefined ? [] : [columns.owner?.(owner) ?? sql`false`]),
  ];
}

/** `coalesce`, because a condition that is unknown would make its denial unknown as well. */
function matches(column: RawBuilder<unknown> | undefined, pattern: string): RawBuilder<unknown> {
  if (column === undefined) return sql`false`;
  if (!pattern.includes('*')) return sql`coalesce(${column} = ${pattern}, false)`;
  const like = pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%');
  return sql`coalesce(${column} like ${like}, false)`;
}

function isIn(column: RawBuilder<unknown> | undefined, folder: string): RawBuilder<unknown> {
  if (column === undefined) return sql`false`;
  return sql`coalesce(${column} = ${folder} or starts_with(${column}, ${`${folder}/`}), false)`;
}

/** Of a run: the columns of its workflow, and its origin's id, facts, and what it is pinned to. */
export const runColumns = (workflow: 'f', origin: 'o'): ReachColumns => ({
  workspace: sql.ref(`${workflow}.workspace`),
  name: sql.ref(`${workflow}.name`),
  folder: sql`(select g.folder from pinned_workflow g where g.id = ${sql.ref(`${origin}.pinned`)})`,
  label: (label) =>
    sql`exists (select from run_tag x where x.run = ${sql.ref(`${origin}.id`)} and x.tag = ${tagInIndex(label)})`,
  owner: (owner) => sql`starts_with(${sql.ref(`${origin}.facts`)}, ${factsOfAccount(owner)})`,
});

/** Of a run with the origin `o`, where its workflow is not at hand. */
export function runReachConditions(reach: Reach | undefined): readonly RawBuilder<unknown>[] {
  const conditions = reachConditions(reach, runColumns('f', 'o'));
  if (conditions.length === 0) return [];
  const all = sql.join([...conditions], sql` and `);
  return [sql`exists (select from workflow f where f.id = o.workflow and ${all})`];
}

/**
 * Of a row of `workflow`: true where a run of it may be within the reach, so that the others need not be read; empty where that
 * rules none out. Where the reach speaks of names alone (`isByNames`), all of its runs are.
 */
export function workflowReachConditions(reach: Reach | undefined): readonly RawBuilder<unknown>[] {
  const byPlace = reach?.map(({ allow, deny }) => ({
    allow: allow.map((rule) => rule.map(placeOf).filter((condition) => Object.keys(condition).length > 0)),
    deny: deny.filter((rule) => rule.every(speaksOfNames)),
  }));
  return reachConditions(byPlace, {
    workspace: sql.ref('workflow.workspace'),
    name: sql.ref('workflow.name'),
    // It may have been in another folder when it was started: some of its runs are within, and are told apart one by one.
    isIn: (folder) =>
      sql`exists (select from pinned_workflow g where g.workflow = workflow.id and ${isIn(sql.ref('g.folder'), folder)})`,
  });
}

/** Whether nothing but the names of a workspace and a workflow decides. */
export const isByNames = (reach: Reach | undefined): boolean =>
  (reach ?? []).every(({ allow, deny }) => [...allow, ...deny].every((rule) => rule.every(speaksOfNames)));

const placeOf = ({ label: _, owner: __, ...place }: Condition): Condition => place;

const speaksOfNames = ({ folder, label, owner }: Condition): boolean =>
  folder === undefined && label === undefined && owner === undefined;
