select b.*
from millrace.role_binding b
order by b.subject_kind, b.subject, b.role, b.place
