import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StartPeer } from '../secret-peer.ts';

/** A folder of files, as containers find them. */
export const folderPeer: StartPeer = async (folder) => ({
  written: { type: 'folder', path: join(folder, 'mounted') },
  environment: {},
  credentials: [],
  put(key, value) {
    const path = join(folder, 'mounted', key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
  },
  keys: null,
  server: null,
  stop: async () => {},
});
