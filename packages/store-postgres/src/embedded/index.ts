import { resolve } from 'node:path';
import { findInstallation } from './binaries.ts';
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startFromInstallation } from './start.ts';

export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded-postgres-error.ts';
export type { EmbeddedPostgres, EmbeddedPostgresOptions, UnexpectedExit } from './start.ts';

/**
 * A real PostgreSQL server that Millrace brings along: the same SQL, locks and durability as in production, without
 * anything to install. About 0.9 s for a new data folder, below 0.1 s later, and 25 MB of memory when idle.
 *
 * The data folder holds `postgres/` (the cluster), `postgres.log`, `postgres.password` (mode 0600), `postgres.json`
 * (port and process of the last start), and `owner.lock` with `owner.json`: one Millrace process per folder.
 *
 * The server listens on the loopback address only, on a port of its own that is kept over restarts while it is free,
 * and lets in whoever knows the random 192-bit password (SCRAM). A socket file with peer authentication would not do:
 * started by root, server and client are different users; its path may have 107 bytes at most; and some mounted
 * folders cannot hold sockets.
 *
 * One thing a password cannot do: should the server die, another user of the machine may take its port, and `pg`
 * answers whoever listens there. So close your connections in `onExit`; where users distrust each other, run `serve`
 * with a PostgreSQL server of its own.
 *
 * When the owner is killed, the server lives on and the next start adopts it. When the server dies, `onExit` tells;
 * `stop()` and a new start recover it. Throws `EmbeddedPostgresError`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  return startFromInstallation(findInstallation(resolve(options.dataDir)), options);
}
