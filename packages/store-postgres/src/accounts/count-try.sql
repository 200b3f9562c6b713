-- Counts within a window that begins with the first try.
insert into millrace.sign_in_try as t (key, since, count)
values ($1, millrace.clock(), 1)
on conflict (key) do update
set since = case when t.since + $2::bigint > excluded.since then t.since else excluded.since end,
  count = case when t.since + $2::bigint > excluded.since then t.count + 1 else 1 end
returning t.count
