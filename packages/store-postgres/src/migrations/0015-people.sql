-- Accounts, what they may do, and how they show who they are. Of passwords and tokens only hashes are here.
create table millrace.account (
  name text collate "C" primary key,
  kind text not null check (kind in ('user', 'service')),
  display_name text not null,
  email text,
  password_hash text,
  disabled boolean not null default false,
  created_at bigint not null,
  created_by text not null,
  signed_in_at bigint,
  failures int not null default 0,
  locked_until bigint,
  check (kind = 'user' or password_hash is null)
);

create table millrace.account_group (
  name text collate "C" primary key,
  description text not null
);

create table millrace.group_member (
  account text collate "C" not null references millrace.account on delete cascade,
  member_of text collate "C" not null references millrace.account_group on delete cascade,
  primary key (account, member_of)
);
-- remove-group, list-groups
create index group_member_by_group on millrace.group_member (member_of);

-- Roles that people made; the others stand in the program.
create table millrace.role (
  name text collate "C" primary key,
  description text not null,
  grants text not null
);

-- `place` is a selector as canonical JSON, so that the same binding is one row.
create table millrace.role_binding (
  subject_kind text collate "C" not null check (subject_kind in ('account', 'group')),
  subject text collate "C" not null,
  role text collate "C" not null,
  place text collate "C" not null,
  primary key (subject_kind, subject, role, place)
);

create table millrace.session (
  id text collate "C" primary key,
  account text collate "C" not null references millrace.account on delete cascade,
  access_hash text collate "C" not null unique,
  access_until bigint not null,
  refresh_hash text collate "C" not null unique,
  created_at bigint not null,
  renewed_at bigint not null,
  until bigint not null,
  ended_at bigint,
  address text not null,
  agent text not null
);
-- list-sessions, end-sessions
create index session_by_account on millrace.session (account);

-- A refresh token that was used; used again, it ends its session.
create table millrace.spent_refresh (
  hash text collate "C" primary key,
  session text collate "C" not null references millrace.session on delete cascade,
  spent_at bigint not null
);
-- when a session is deleted
create index spent_refresh_by_session on millrace.spent_refresh (session);

create table millrace.api_key (
  id text collate "C" primary key,
  hash text not null,
  account text collate "C" not null references millrace.account on delete cascade,
  name text not null,
  scopes text,
  created_at bigint not null,
  created_by text not null,
  until bigint,
  used_at bigint
);
-- list-api-keys
create index api_key_by_account on millrace.api_key (account);

create table millrace.one_time_link (
  hash text collate "C" primary key,
  purpose text not null check (purpose in ('set_up', 'reset')),
  account text collate "C" references millrace.account on delete cascade,
  until bigint not null
);

create table millrace.sign_in_try (
  key text collate "C" primary key,
  since bigint not null,
  count int not null
);
