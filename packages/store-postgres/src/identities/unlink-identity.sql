delete from millrace.identity i
where i.issuer = $1 and i.subject = $2 and i.account = $3
returning i.account
