import { MillraceError } from '@millrace/core';
import type { BlobStore } from '../ports/blob-store.ts';

/** A rehearsal writes no logs and has no files. Being asked to keep bytes is a bug. */
export const noBlobs: BlobStore = {
  put: async (key) => {
    throw new MillraceError('internal', `A rehearsal keeps no bytes; ${key} was to be written.`);
  },
  get: async () => null,
  open: async () => null,
  list: async () => [],
  delete: async () => {},
  close: async () => {},
};
