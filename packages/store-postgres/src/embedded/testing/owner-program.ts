// A process that owns a data folder, for the tests that kill its owner. It takes its options as JSON in the first
// argument, tells on its output what came of the start, and obeys the lines `stop`, `leave` and nothing else.
import { createInterface } from 'node:readline';
import { findInstallation, type Installation } from '../binaries.ts';
import { EmbeddedPostgresError } from '../embedded-postgres-error.ts';
import { startFromInstallation } from '../start.ts';

export type OwnerOptions = Readonly<{
  dataDir: string;
  settings?: Record<string, string>;
  installation?: Pick<Installation, 'nativeDir' | 'copyFolders'>;
}>;

export type OwnerReport = Readonly<
  | { kind: 'ready'; url: string; pid: number; port: number; adopted: boolean; version: string }
  | { kind: 'refused'; code: string; message: string }
>;

const options = JSON.parse(process.argv[2] ?? '') as OwnerOptions;
const report = (value: OwnerReport) => console.log(JSON.stringify(value));

try {
  const installation = { ...findInstallation(options.dataDir), ...options.installation };
  const { dataDir, settings = {} } = options;
  const server = await startFromInstallation(installation, { dataDir, settings, durable: false });
  const { url, pid, port, adopted, version } = server;
  report({ kind: 'ready', url, pid, port, adopted, version });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'stop') await server.stop();
    if (line === 'stop' || line === 'leave') process.exit(0);
  }
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  report({ kind: 'refused', code: error.code, message: error.message });
}
