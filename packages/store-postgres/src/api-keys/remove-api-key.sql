delete from millrace.api_key k
where k.id = $1
returning k.id
