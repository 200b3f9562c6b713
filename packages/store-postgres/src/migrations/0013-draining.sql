-- Workers that shall get nothing new. Beside their rows and not in them: a worker that is silent for a while (its server
-- restarts) loses its row and comes back, and must come back as draining.
create table millrace.draining (
  worker text collate "C" primary key,
  since bigint not null
);
