// Whoever may write to the database can take the triggers away, so here they are: what they keep out, and what the chain
// tells of when they are gone.
import { type Audit, type AuditFinding, createAudit } from '@millrace/engine';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../testkit/open-test-store.ts';
import { startTestPostgres, type TestPostgres } from '../../testkit/start-test-postgres.ts';
import { withClient } from '../embedded/login.ts';

let server: TestPostgres | null = null;
let store: TestStore | null = null;
let audit: Audit;

beforeAll(async () => {
  server = await startTestPostgres();
  store = await openTestStore(server);
  const clock = { now: () => 1_800_000_000_000, after: () => () => undefined };
  audit = createAudit({ ...store, clock, onError: (error) => expect(error).toBeUndefined() });
  for (let at = 1; at <= 12; at += 1) {
    const object = `workspaces/w/secrets/s${at}`;
    await audit.record({ operation: 'setSecret', outcome: 'done', actor: 'ada', object, after: { key: `k${at}` } });
  }
  // The check that numbers are positive stands in the way of moving rows, not of anything that is looked for.
  await sql(`
    alter table millrace.audit drop constraint audit_number_check;
    create table millrace.good_audit as table millrace.audit;
    create table millrace.good_head as table millrace.audit_head;`);
});

afterEach(async () => {
  await sql(`${untriggered}
    truncate millrace.audit, millrace.audit_head;
    insert into millrace.audit table millrace.good_audit;
    insert into millrace.audit_head table millrace.good_head;`);
});

afterAll(async () => {
  await store?.dispose();
  await server?.stop();
});

const sql = (text: string): Promise<void> =>
  withClient(store?.url ?? '', async (client) => void (await client.query(text)));

async function findingsOf(anchor: Parameters<Audit['verify']>[0]['anchor'] = null) {
  return (await audit.verify({ anchor, limit: 1_000 })).findings;
}

/** As whoever owns the table can have it. */
const untriggered = 'set session_replication_role = replica;';
const rehash = (where: string): string =>
  `update millrace.audit a set hash = encode(sha256(convert_to(concat_ws(chr(10), a.number, a.previous_hash, a.document), 'UTF8')), 'hex') ${where};`;
const rebuild = `do $$ declare r record; before text := (select previous_hash from millrace.audit order by number limit 1);
  begin for r in select * from millrace.audit order by number loop
    update millrace.audit set previous_hash = before,
      hash = encode(sha256(convert_to(concat_ws(chr(10), number, before, document), 'UTF8')), 'hex')
      where number = r.number returning hash into before;
  end loop; update millrace.audit_head set hash = before, number = (select max(number) from millrace.audit); end $$;`;

describe('the audit log in PostgreSQL', () => {
  it.each([
    'update millrace.audit set actor = null where number = 3',
    'update millrace.audit set number = 100 where number = 3',
    'delete from millrace.audit where number = 3',
    'delete from millrace.audit',
    'truncate millrace.audit',
  ])('its triggers refuse: %s', async (text) => {
    await expect(sql(text)).rejects.toMatchObject({ code: '42501' });
    expect(await audit.verify({ anchor: null, limit: 100 })).toMatchObject({ findings: [], checked: 12 });
  });

  const changed = (number: number): Partial<AuditFinding> => ({ kind: 'changed', number });
  it.each<readonly [string, string, readonly Partial<AuditFinding>[]]>([
    [
      'the document',
      `update millrace.audit set document = replace(document, 'k5', 'k6') where number = 5`,
      [changed(5)],
    ],
    [
      'the hash',
      `update millrace.audit set hash = repeat('a', 64) where number = 5`,
      [changed(5), { kind: 'replaced', number: 5 }],
    ],
    [
      'the hash before',
      `update millrace.audit set previous_hash = repeat('a', 64) where number = 5`,
      [{ kind: 'replaced', number: 4 }, changed(5)],
    ],
    ['the column actor', `update millrace.audit set actor = 'eve' where number = 5`, [changed(5)]],
    ['the column actor to nothing', `update millrace.audit set actor = null where number = 5`, [changed(5)]],
    ['the column operation', `update millrace.audit set operation = 'x' where number = 5`, [changed(5)]],
    ['the column object', `update millrace.audit set object = null where number = 5`, [changed(5)]],
    ['the column workspace', `update millrace.audit set workspace = 'w' where number = 5`, [changed(5)]],
    ['the column outcome', `update millrace.audit set outcome = 'failed' where number = 5`, [changed(5)]],
    ['the time', `update millrace.audit set at = at + 1 where number = 5`, [changed(5)]],
    [
      'a row with a hash made anew',
      `update millrace.audit set document = replace(document, 'k5', 'k6') where number = 5; ${rehash('where number = 5')}`,
      [{ kind: 'replaced', number: 5 }],
    ],
    [
      'the last row with a hash made anew',
      `update millrace.audit set document = replace(document, 'k12', 'k1') where number = 12; ${rehash('where number = 12')}`,
      [{ kind: 'replaced', number: 12 }],
    ],
    ['a row removed', `delete from millrace.audit where number = 5`, [{ kind: 'missing', number: 5, through: 5 }]],
    [
      'rows removed',
      `delete from millrace.audit where number between 5 and 7`,
      [{ kind: 'missing', number: 5, through: 7 }],
    ],
    [
      'the first row removed',
      `delete from millrace.audit where number = 1`,
      [{ kind: 'missing', number: 1, through: 1 }],
    ],
    [
      'the last row removed',
      `delete from millrace.audit where number = 12`,
      [{ kind: 'missing', number: 12, through: 12 }],
    ],
    ['all rows removed', `delete from millrace.audit`, [{ kind: 'missing', number: 1, through: 12 }]],
    [
      'a row removed and the others moved up',
      `delete from millrace.audit where number = 5; update millrace.audit set number = -number where number > 5; update millrace.audit set number = -number - 1 where number < 0; update millrace.audit_head set number = 11`,
      [
        { kind: 'replaced', number: 4 },
        { kind: 'moved', number: 5 },
      ],
    ],
    [
      'two rows that changed places',
      `update millrace.audit set number = 100 where number = 5; update millrace.audit set number = 5 where number = 6; update millrace.audit set number = 6 where number = 100`,
      [
        { kind: 'replaced', number: 4 },
        { kind: 'moved', number: 5 },
        { kind: 'replaced', number: 5 },
        { kind: 'moved', number: 6 },
      ],
    ],
    [
      'a row inserted in place of a removed one',
      `delete from millrace.audit where number = 5; insert into millrace.audit select 5, previous_hash, hash, document, at, actor, operation, workspace, object, outcome from millrace.audit where number = 6`,
      [
        { kind: 'replaced', number: 4 },
        { kind: 'moved', number: 5 },
      ],
    ],
    [
      'a row inserted after the end',
      `insert into millrace.audit select 13, hash, hash, document, at, actor, operation, workspace, object, outcome from millrace.audit where number = 12; ${rehash('where number = 13')}`,
      [{ kind: 'foreign', number: 13 }],
    ],
    ['the head', `update millrace.audit_head set hash = repeat('a', 64)`, [{ kind: 'replaced', number: 12 }]],
    ['the head put back', `update millrace.audit_head set number = 10`, [{ kind: 'foreign', number: 11, through: 12 }]],
  ])('finds %s', async (_, text, expected) => {
    await sql(`${untriggered} ${text}`);
    const found = await findingsOf();
    for (const one of expected) expect(found).toContainEqual(expect.objectContaining(one));
    expect(found.length).toBeGreaterThanOrEqual(expected.length);
  });

  it.each([
    [
      'rows removed from the end, and the head put back',
      `delete from millrace.audit where number > 8; ${rebuild}`,
      { kind: 'cut_off', number: 8, through: 12 },
    ],
    [
      'a changed row, and all hashes after it made anew',
      `update millrace.audit set document = replace(document, 'k5', 'k6') where number = 5; ${rebuild}`,
      { kind: 'forked', number: 12 },
    ],
    [
      'a row removed from the middle, and all after it made anew',
      `delete from millrace.audit where number = 5; update millrace.audit set number = number - 1 where number > 5; ${rebuild}`,
      { kind: 'cut_off', number: 11 },
    ],
  ])('an anchor from before finds %s; the chain alone does not', async (_, text, expected) => {
    const anchor = await audit.head();
    await sql(`${untriggered} ${text}`);
    expect(await findingsOf()).toEqual([]);
    expect(await findingsOf(anchor)).toContainEqual(expect.objectContaining(expected));
  });

  it('a beginning that is removed as if by retention is found: no entry tells of it', async () => {
    await sql('update millrace.audit_head set removable = 4; delete from millrace.audit where number <= 4');
    expect(await findingsOf()).toMatchObject([{ kind: 'missing', number: 1, through: 4 }]);
  });
});
