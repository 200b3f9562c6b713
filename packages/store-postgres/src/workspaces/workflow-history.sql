-- What a workflow was at the newest revisions that have it. Descriptions may hold U+0000, which JSON in PostgreSQL may not.
select r.revision, w.entry ->> 'plan' as plan, r.created_at as live_since
from millrace.revision r
cross join lateral json_array_elements(regexp_replace(r.workflows, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')::json) w (entry)
where r.workspace = $1 and w.entry ->> 'name' = $2 and w.entry ->> 'action' is null
order by r.created_at desc, r.revision
limit $3
