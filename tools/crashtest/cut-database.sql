-- Ends all connections of Millrace's servers to this database.
select pg_terminate_backend(pid) as ended
from pg_stat_activity
where datname = current_database() and application_name <> 'crashtest' and backend_type = 'client backend'
