-- Whose outputs there are.
select distinct c.workspace, c.workflow
from millrace.cache c
