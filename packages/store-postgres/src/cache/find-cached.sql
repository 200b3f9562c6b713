-- In the order of the keys; what has expired is not there any more.
select x.position, c.output
from unnest($1::text[], $2::text[]) with ordinality as x (workspace, key, position)
join millrace.cache c on c.workspace = x.workspace and c.key = x.key
where c.expires_at > millrace.clock()
