import { readFileSync } from 'node:fs';
import { inSchema } from '../../connections/statement.ts';

const pieceNames = [
  'create-runs',
  'update-runs',
  'insert-tags',
  'insert-reruns',
  'insert-attempts',
  'insert-work',
  'replace-work',
  'delete-work',
  'hold-work',
  'cancel-work',
  'set-waits',
  'set-event-waits',
  'clear-waits',
  'fill-outbox',
  'clear-outbox',
  'request-slots',
  'take-slots',
  'release-slots',
  'put-cache',
] as const;
export type Piece = (typeof pieceNames)[number];

const pieces = pieceNames.map((name) => ({
  name,
  text: readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8').trimEnd(),
}));

export type CommitStatement = Readonly<{
  name: string;
  text: string;
  /** Names of the parameters, in their order. */
  parameters: readonly string[];
}>;

/**
 * Builds and keeps the statement for each set of pieces that occurs. A statement has only the parts that have rows: an idle
 * server's small commits are planned and executed faster without the others.
 */
export function commitStatements(schema: string): (used: ReadonlySet<Piece>, notify: boolean) => CommitStatement {
  const built = new Map<number, CommitStatement>();
  return (used, notify) => {
    let combination = notify ? 1 : 0;
    pieces.forEach(({ name }, index) => {
      if (used.has(name)) combination |= 2 << index;
    });
    const known = built.get(combination);
    if (known !== undefined) return known;
    const statement = buildStatement(schema, combination, used, notify);
    built.set(combination, statement);
    return statement;
  };
}

/** The limits that have room now, where a part of the statement frees slots. */
function freedFrom(used: ReadonlySet<Piece>): string {
  const parts = [used.has('release-slots') ? 'slots_released' : null, used.has('hold-work') ? 'slots_held' : null];
  const slots = parts.filter((part) => part !== null).map((part) => `select workspace, kind, name from ${part}`);
  if (slots.length === 0) return '';
  const union = slots.join(' union all ');
  return `  , (select jsonb_agg(distinct jsonb_build_array(s.workspace, s.kind, s.name))::text from (${union}) s) as freed`;
}

export const freesSlots = (used: ReadonlySet<Piece>): boolean => used.has('release-slots') || used.has('hold-work');

function buildStatement(
  schema: string,
  combination: number,
  used: ReadonlySet<Piece>,
  notify: boolean,
): CommitStatement {
  const gates = [used.has('create-runs') ? 'created' : null, used.has('update-runs') ? 'updated' : null];
  const passed = gates.filter((gate) => gate !== null).map((gate) => `select id from ${gate}`);
  // A commit without runs only tells its hint.
  const committed = passed.length === 0 ? 'select null::bigint as id where false' : passed.join(' union all ');
  const parts: string[] = [];
  for (const { name, text } of pieces) {
    if (name === 'insert-tags') parts.push(`committed as (${committed})`);
    if (used.has(name)) parts.push(text);
  }
  // Ids are told only when some are missing: usually the count says all.
  const answer = [
    'select millrace.clock(), count(*)::int,',
    "  case when count(*) < :expected::int then string_agg(id::text, ',') end",
    freedFrom(used),
    notify ? '  , pg_notify(:channel, :hint)' : '',
    'from committed',
  ].filter((line) => line !== '');
  const named = `-- Commits each run on its own condition, all of it or nothing.\nwith ${parts.join(',\n')}\n${answer.join('\n')}`;
  const parameters: string[] = [];
  // A parameter begins with one colon; two are a cast.
  const text = named.replace(/(?<!:):([a-z_]+)/g, (_, name: string) => {
    let index = parameters.indexOf(name);
    if (index < 0) index = parameters.push(name) - 1;
    return `$${index + 1}`;
  });
  return { name: `commit_${combination}`, text: inSchema(text, schema), parameters };
}
