export { prepareDataFolder } from './prepare-data-folder.ts';
export { openTestDatabase, startTestPostgres, type TestDatabase, type TestPostgres } from './start-test-postgres.ts';
