import { startTestPostgres, testPostgresVariable } from './test-server.ts';

/**
 * One server for a whole vitest run: name this file as `globalSetup`, and each `startTestPostgres()` of the test files
 * shares the server that is started here. It ends with the run, also with one that is aborted or killed.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startTestPostgres();
  process.env[testPostgresVariable] = server.url;
  return () => {
    delete process.env[testPostgresVariable];
    return server.stop();
  };
}
