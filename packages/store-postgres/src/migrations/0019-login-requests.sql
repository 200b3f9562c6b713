-- Command lines that want to work as somebody, until he has answered and they have fetched their session. Only hashes are here.
create table millrace.login_request (
  challenge text collate "C" primary key,
  code_hash text collate "C" not null unique,
  port int check (port between 1 and 65535),
  state text,
  machine text not null,
  address text not null,
  created_at bigint not null,
  until bigint not null,
  account text collate "C" references millrace.account on delete cascade,
  allowed boolean,
  proof_hash text collate "C",
  check ((port is null) = (state is null)),
  check ((account is null) = (allowed is null)),
  check (proof_hash is null or (allowed and port is not null))
);
-- when an account is removed
create index login_request_by_account on millrace.login_request (account) where account is not null;
-- forget-login-requests
create index login_request_by_until on millrace.login_request (until);

-- A person who links somebody at a provider to his account comes back with a link of this kind.
alter table millrace.one_time_link drop constraint one_time_link_purpose_check;
alter table millrace.one_time_link add constraint one_time_link_purpose_check
  check (purpose in ('set_up', 'reset', 'link'));
