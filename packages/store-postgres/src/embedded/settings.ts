import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/**
 * How the embedded server is tuned: one machine, one application, small when idle (about 25 MB with its five
 * processes), and fast under grouped commits. Everything is given on the command line, so a new release of Millrace
 * brings its settings to old clusters too, and nothing has to be written into the cluster folder.
 */
const baseSettings: Readonly<Record<string, string>> = {
  // Only this machine may connect, and only with the password. No socket file: its path may have at most 107 bytes,
  // and some mounted folders cannot hold one.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  cluster_name: 'millrace',
  max_connections: '100',
  superuser_reserved_connections: '3',

  // Memory. Pages of shared_buffers cost memory only once they are used.
  shared_buffers: '128MB',
  wal_buffers: '8MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  effective_cache_size: '512MB',
  huge_pages: 'off',

  // Few processes: no parallel queries, no replication, I/O in the backend itself, no just-in-time compiler.
  io_method: 'sync',
  max_worker_processes: '2',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_logical_replication_workers: '0',
  max_wal_senders: '0',
  max_replication_slots: '0',
  wal_level: 'minimal',
  jit: 'off',

  // The write-ahead log: rare checkpoints, so that few full page images are written; a crash replays at most 2 GB.
  max_wal_size: '2GB',
  min_wal_size: '80MB',
  wal_compression: 'pglz',
  checkpoint_timeout: '10min',
  checkpoint_completion_target: '0.9',

  // The queue tables change all the time: look often, the look itself costs nothing.
  autovacuum: 'on',
  autovacuum_worker_slots: '3',
  autovacuum_max_workers: '2',
  autovacuum_naptime: '15s',

  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',

  // A client that was killed does not leave its statement running.
  client_connection_check_interval: '5s',

  // The log tells about the server (start, crash, recovery); errors of statements go to the client, who handles them.
  log_destination: 'stderr',
  logging_collector: 'off',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

/** For tests: nothing survives a crash of the machine, in exchange nothing waits for the disk. */
const volatileSettings: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  checkpoint_timeout: '1h',
};

/** The embedding relies on these: the address that we hand out, the password, the single place of the files. */
const reservedSettings = new Set([
  'port',
  'listen_addresses',
  'unix_socket_directories',
  'data_directory',
  'config_file',
  'hba_file',
  'ident_file',
  'external_pid_file',
  'logging_collector',
  'log_destination',
]);

/**
 * The settings of a server, without its port: ours, then the caller's on top. Names are lower-cased. Throws
 * `setting_invalid` for a malformed or reserved name; an unknown name or a bad value is found by PostgreSQL at start.
 */
export function serverSettings(options: {
  durable: boolean;
  extra: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  const extra: Record<string, string> = {};
  for (const [key, value] of Object.entries(options.extra)) {
    const name = key.toLowerCase();
    if (!/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/.test(name) || value.includes('\0')) {
      throw new EmbeddedPostgresError('setting_invalid', `"${key}" is no valid PostgreSQL setting.`, {
        hint: 'Setting names consist of letters, digits and "_", for example work_mem.',
      });
    }
    if (reservedSettings.has(name)) {
      throw new EmbeddedPostgresError('setting_invalid', `The PostgreSQL setting ${name} is decided by Millrace.`, {
        hint: 'Leave it out. For full control run a PostgreSQL of your own and give Millrace its connection string.',
      });
    }
    extra[name] = value;
  }
  return { ...baseSettings, ...(options.durable ? {} : volatileSettings), ...extra };
}

/** Writes settings as arguments of `postgres`. */
export function settingArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
