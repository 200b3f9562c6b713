-- Whose outputs there are.
select distinct c.workspace, c.workflow, c.folder
from millrace.cache c
