-- For listRuns by the run that others are re-runs of. Only re-runs have rows, so other runs write nothing here.
create table millrace.rerun (
  rerun_of bigint not null,
  run bigint not null,
  primary key (rerun_of, run)
);
