export * from './embedded/index.ts';
export { openPostgresStore, type PostgresStore, type PostgresStoreOptions } from './open-store.ts';
