-- Secrets that people gave to the server, sealed with a key that is not in the database.
create table millrace.secret (
  workspace text collate "C" not null,
  name text collate "C" not null,
  key_id text not null,
  envelope text not null,
  updated_at bigint not null,
  updated_by text not null,
  primary key (workspace, name)
);
