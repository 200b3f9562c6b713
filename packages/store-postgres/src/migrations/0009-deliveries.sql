-- The log of requests to webhooks. Append-only; what is old is removed. Bodies are base64: they may be any bytes.
create table millrace.delivery (
  id bigint generated always as identity primary key,
  workspace text not null,
  webhook text not null,
  received_at bigint not null,
  outcome text not null check (outcome in ('accepted', 'duplicate', 'ignored', 'refused')),
  reason text,
  run bigint,
  start_key text,
  kept boolean not null,
  facts text not null,
  content text not null,
  check (outcome not in ('ignored', 'refused') or reason is not null)
);

-- For listDeliveries of a webhook.
create index delivery_webhook on millrace.delivery (workspace, webhook, id);
-- For firstAccepted.
create index delivery_start_key on millrace.delivery (workspace, start_key, id) where outcome = 'accepted' and start_key is not null;
-- For forget.
create index delivery_age on millrace.delivery (received_at);
