import pg, { type PoolConfig } from 'pg';

/**
 * A pool whose connections may break at any time. The pool itself hears only of those that nobody uses; while one is in
 * use, its `error` event has no listener, and Node.js ends a process for that. Whoever uses it learns of the break by the
 * rejection of its queries.
 */
export function openPool(config: PoolConfig, onError: (error: unknown) => void): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
