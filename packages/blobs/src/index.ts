export { createLocalBlobStore, type LocalBlobStoreOptions } from './local/local-blob-store.ts';
