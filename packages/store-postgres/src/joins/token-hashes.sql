-- What tokens of the attempts of a worker may be signed with; no row: there is no such worker, or it is revoked.
select j.hash, j.previous_hash, j.previous_until
from millrace.joined_worker j
where j.id = $1 and j.revoked_at is null
