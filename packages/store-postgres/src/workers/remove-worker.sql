-- A worker that renewed its lease meanwhile, or still holds work, stays.
delete from millrace.worker w
where w.id = $1 and (not $2::boolean or w.lease_until <= millrace.clock())
  and not exists (select from millrace.work t where t.worker = $1 and not t.ready)
returning w.id
