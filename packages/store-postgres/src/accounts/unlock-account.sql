-- Forgets the sign-ins that failed, and tells whether there is such an account.
update millrace.account a
set failures = 0, locked_until = null
where a.name = $1
returning a.name
