export { blobConformance, type OpenedBlobStore } from './blob-conformance.ts';
