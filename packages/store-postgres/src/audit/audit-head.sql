select h.number, h.hash
from millrace.audit_head h
