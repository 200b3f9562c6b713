-- Workers are shared fairly between the queues of all workspaces, so a lane says whose it is; null: of an older plan.
alter table millrace.lane add column workspace text;

-- What a workspace says of its queues.
alter table millrace.revision add column queues text not null default '[]';
