-- Tries of windows that are long over, so that addresses do not pile up.
delete from millrace.sign_in_try t
where t.since < millrace.clock() - $1::bigint
