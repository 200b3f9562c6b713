-- How workers get in, and which have. Of tokens only hashes are here.
create table millrace.join_token (
  id text collate "C" primary key,
  hash text not null,
  name text not null,
  bounds text not null,
  created_at bigint not null,
  created_by text not null,
  until bigint,
  most_uses int,
  uses int not null default 0,
  used_at bigint,
  check (uses >= 0 and (most_uses is null or uses <= most_uses))
);

-- `previous_hash` is kept after `previous_until`, to tell a token that was replaced from one that never was.
create table millrace.joined_worker (
  id text collate "C" primary key,
  name text not null,
  bounds text not null,
  join_token text not null,
  hash text not null,
  previous_hash text,
  previous_until bigint,
  joined_at bigint not null,
  used_at bigint not null,
  rotated_at bigint not null,
  revoked_at bigint,
  revoked_by text,
  check ((previous_hash is null) = (previous_until is null)),
  check ((revoked_at is null) = (revoked_by is null))
);
-- list-joined, and join-worker, which forgets those that were silent for long
create index joined_worker_by_use on millrace.joined_worker (used_at);
