select millrace.clock() as now
