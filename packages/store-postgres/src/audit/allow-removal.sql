update millrace.audit_head h
set removable = $1::bigint
where h.removable < $1::bigint
