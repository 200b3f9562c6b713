select k.*
from millrace.api_key k
where k.id = $1
