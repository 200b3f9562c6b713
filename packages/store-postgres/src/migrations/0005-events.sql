-- Events: append-only facts. `visible_at` is when a server may take an event up that was not delivered; null: it was, and
-- `outcome` says what came of it.
create sequence millrace.event_id;

create table millrace.event (
  id bigint primary key,
  workspace text not null,
  type text not null,
  payload text not null,
  source text not null,
  key text,
  created_at bigint not null,
  visible_at bigint,
  outcome text
) with (fillfactor = 90);

-- For append: one event for each key of a workspace; also for finding it.
create unique index event_key on millrace.event (workspace, key) where key is not null;
-- For missed, and listEvents by type.
create index event_type on millrace.event (workspace, type, id);
-- For listEvents by workspace.
create index event_workspace on millrace.event (workspace, id);
-- For takeOld. Nearly always empty.
create index event_undelivered on millrace.event (visible_at) where visible_at is not null;

-- Of waits for events: what they are found by, and the number of the newest event when they were set.
alter table millrace.wait add column topic text collate "C";
alter table millrace.wait add column since bigint;
alter table millrace.wait add constraint wait_topic_check
  check ((topic is null) = (since is null) and (topic is null or kind = 'event'));
-- For waiting.
create index wait_topic on millrace.wait (topic, run, step, iteration, item) where topic is not null;
