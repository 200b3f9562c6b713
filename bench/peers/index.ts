import type { Peer } from './peer.ts';

const queueOnly = 'a queue without joins: user code would have to count';

export const peers: readonly Peer[] = [
  {
    name: 'dbos',
    describe: 'DBOS Transact: durable workflows as a library, on PostgreSQL',
    modes: {
      default: 'a queue as in its README: looked at once a second',
      tuned: 'the queue with workerConcurrency 20 and minPollingIntervalMs 10, and a pool of 20 connections',
      direct: 'startWorkflow without a queue; a pool of 20 connections',
    },
  },
  {
    name: 'restate',
    describe: 'Restate: durable handlers behind a server of its own',
    modes: { default: 'its server as it comes, 50 calls of its ingress at once' },
  },
  {
    name: 'openworkflow',
    describe: 'OpenWorkflow: durable workflows as a library, on PostgreSQL',
    modes: { default: 'a worker with concurrency 20; it has no other settings for speed' },
  },
  {
    name: 'graphile-worker',
    describe: 'Graphile Worker: a job queue on PostgreSQL',
    modes: {
      default: 'concurrency 20',
      tuned: 'also a local queue of 500 jobs and batched completion',
    },
    joinsNot: queueOnly,
  },
  {
    name: 'pg-boss',
    describe: 'pg-boss: a job queue on PostgreSQL',
    modes: {
      default: 'a worker as in its README: one job every two seconds',
      tuned: 'woken by NOTIFY, four workers with batches of 100, flows looked at once a second',
    },
  },
  {
    name: 'bullmq',
    describe: 'BullMQ: a job queue on Redis',
    modes: {
      default: 'Redis as it comes: a crash loses jobs',
      durable: 'Redis with appendonly and appendfsync always',
    },
    program: { name: 'redis-server', install: 'apt-get install redis-server' },
  },
];
