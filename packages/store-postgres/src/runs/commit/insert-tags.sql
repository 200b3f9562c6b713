tagged as (
  insert into millrace.run_tag (run, tag)
  select x.run, x.tag
  from unnest(:tag_runs::bigint[], string_to_array(:tags, :separator, :absent)) as x (run, tag)
  where (x.run in (select id from committed)) is true
)
