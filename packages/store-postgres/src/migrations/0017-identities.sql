-- Who of an outside provider has which account. Nothing but issuer and subject links them.
create table millrace.identity (
  issuer text collate "C" not null,
  subject text collate "C" not null,
  account text collate "C" not null references millrace.account on delete cascade,
  provider text collate "C" not null,
  linked_at bigint not null,
  primary key (issuer, subject)
);
-- identities-of, and when an account is removed
create index identity_by_account on millrace.identity (account);
