-- For listApprovals: the open ones, those of the newest runs first. Other waits are not in it.
create index wait_approval on millrace.wait (run desc, step, iteration, item) where kind = 'approval';
