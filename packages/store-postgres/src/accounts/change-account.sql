-- Each value counts only where the flag before it says so. A new password lets a locked account in again.
update millrace.account a
set
  display_name = case when $2 then $3 else a.display_name end,
  email = case when $4 then $5 else a.email end,
  password_hash = case when $6 then $7 else a.password_hash end,
  disabled = case when $8 then $9 else a.disabled end,
  failures = case when $6 then 0 else a.failures end,
  locked_until = case when $6 then null else a.locked_until end
where a.name = $1
returning a.*
