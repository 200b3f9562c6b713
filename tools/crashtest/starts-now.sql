-- The starts that rates still count.
select key, number::text, at::text from millrace.rate_start
