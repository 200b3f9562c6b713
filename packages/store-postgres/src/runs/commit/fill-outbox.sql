outbox_filled as (
  insert into millrace.outbox (run, version, ordinal, created_at, visible_at, document)
  select x.run, x.version, x.ordinal, millrace.clock(), millrace.clock(), x.document
  from unnest(
    :message_runs::bigint[], :message_versions::int[], :message_ordinals::int[],
    string_to_array(:message_documents, :separator, :absent)
  ) as x (run, version, ordinal, document)
  where (x.run in (select id from committed)) is true
)
