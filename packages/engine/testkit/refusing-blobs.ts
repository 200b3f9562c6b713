import type { BlobStore } from '../src/ports/blob-store.ts';

const refuse = async (): Promise<never> => {
  throw new Error('The simulation keeps no bytes.');
};

export const refusingBlobs: BlobStore = {
  put: refuse,
  get: refuse,
  open: refuse,
  list: refuse,
  delete: refuse,
  close: async () => {},
};
