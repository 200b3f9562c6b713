-- Outputs that attempts of the same action with the same key may take over. `key` is a hash of both.
create table millrace.cache (
  workspace text collate "C" not null,
  key text collate "C" not null,
  label text not null,
  workflow text not null,
  step text not null,
  run bigint not null,
  output text,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (workspace, key)
);

-- For remove-expired.
create index cache_expires on millrace.cache (expires_at);
