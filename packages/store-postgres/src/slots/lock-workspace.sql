-- One decision on a workspace's slots at a time, whoever makes it. The lock ends with the transaction.
select pg_advisory_xact_lock(hashtextextended('millrace.slots ' || $1::text, 0))
