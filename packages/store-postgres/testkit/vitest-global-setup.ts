import { join } from 'node:path';
import { testDataFolderVariable } from './prepare-data-folder.ts';
import { startTestPostgres, testPostgresVariable } from './start-test-postgres.ts';

/**
 * One server for a whole vitest run: name this file as `globalSetup`, and each `startTestPostgres()` of the test files
 * shares the server that is started here, by the first project of the run. It ends with the run, also with one that is
 * aborted or killed. In its folder is room for the data folder that `prepareDataFolder` copies.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[testPostgresVariable] !== undefined) return undefined;
  const server = await startTestPostgres();
  process.env[testPostgresVariable] = server.url;
  if (server.folder !== null) process.env[testDataFolderVariable] = join(server.folder, 'prepared');
  return () => {
    delete process.env[testPostgresVariable];
    delete process.env[testDataFolderVariable];
    return server.stop();
  };
}
