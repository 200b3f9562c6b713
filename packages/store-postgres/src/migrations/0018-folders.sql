-- In which folder of its revision a workflow is written; '': in none. What permissions ask of runs, it tells by what they are
-- pinned to, so that a run has nothing more to write.
alter table millrace.pinned_workflow add column folder text not null default '';
alter table millrace.schedule add column folder text not null default '';
alter table millrace.delivery add column folder text not null default '';
alter table millrace.cache add column folder text not null default '';

-- Of revisions that are still known. Descriptions may hold U+0000, which JSON in PostgreSQL may not.
update millrace.pinned_workflow p
set folder = x.folder
from (
  select w.id as workflow, r.revision, substring(e.entry ->> 'file' from '(?:^|/)\.workflows/(.*)/[^/]*$') as folder
  from millrace.revision r
  cross join lateral json_array_elements(regexp_replace(r.workflows, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')::json) e (entry)
  join millrace.workflow w on w.workspace = r.workspace and w.name = e.entry ->> 'name'
) x
where p.workflow = x.workflow and p.revision = x.revision and x.folder is not null
  and exists (select 1 from millrace.workflow w where w.id = x.workflow and strpos(w.name, '.') = 0);

update millrace.cache c
set folder = p.folder
from millrace.run_origin o
join millrace.pinned_workflow p on p.id = o.pinned
where o.id = c.run and p.folder <> '';

-- Schedules are made anew from the live revisions by the loop that notices those that are not.
delete from millrace.schedule_revision;
