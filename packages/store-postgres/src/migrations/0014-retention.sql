-- Runs that were removed because they ended long ago, for as long as something of them is left: attempts, tags, logs.
create table millrace.removed_run (
  id bigint primary key,
  facts text not null
) with (autovacuum_vacuum_scale_factor = 0.05);

-- Retention removes the oldest rows all the time. Vacuum makes their room free again; with its usual settings it would
-- begin when a fifth of a table is dead, so the tables would grow by that much and then be swept in one long pass.
alter table millrace.run set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
alter table millrace.run_origin set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
alter table millrace.run_tag set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
alter table millrace.attempt set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
alter table millrace.event set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
