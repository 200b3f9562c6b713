-- The audit log: a chain of hashes (packages/engine/src/audit/chain.ts). Rows are added at the end and never changed.
create table millrace.audit (
  number bigint primary key check (number > 0),
  previous_hash text collate "C" not null,
  hash text collate "C" not null,
  document text not null,
  at bigint not null,
  actor text collate "C",
  operation text collate "C" not null,
  workspace text collate "C",
  object text collate "C",
  outcome text not null check (outcome in ('done', 'refused', 'failed'))
);
-- list-audit by who, and by what
create index audit_by_actor on millrace.audit (actor, number);
create index audit_by_object on millrace.audit (object, number);
-- list-audit and last-older-than by time; entries arrive nearly in its order, so this one is tiny
create index audit_by_time on millrace.audit using brin (at) with (pages_per_range = 16);

-- The end of the chain, locked while rows are added, and up to where its beginning may be removed.
create table millrace.audit_head (
  only_row boolean primary key default true check (only_row),
  number bigint not null,
  hash text not null,
  removable bigint not null
) with (fillfactor = 50);
insert into millrace.audit_head (number, hash, removable) values (0, repeat('0', 64), 0);

-- Keeps mistakes and injected statements from the rows. Whoever owns the table can take it away; the chain tells of that.
create function millrace.keep_audit() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'DELETE' then
    if old.number <= (select h.removable from millrace.audit_head h) then
      return old;
    end if;
    raise exception 'Row % of the audit log may not be removed.', old.number using errcode = 'insufficient_privilege';
  end if;
  raise exception 'Rows of the audit log are never changed (%).', lower(tg_op) using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_rows_stay before update or delete on millrace.audit
  for each row execute function millrace.keep_audit();
create trigger audit_is_not_emptied before truncate on millrace.audit
  for each statement execute function millrace.keep_audit();
