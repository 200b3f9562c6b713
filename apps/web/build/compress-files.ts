import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const compressible = /\.(?:js|css|svg|html)$/;

/** Writes `.gz` and `.br` beside each file, so that servers send small answers without work of their own. */
export function compressFiles(): Plugin {
  return {
    name: 'millrace:compress-files',
    apply: 'build',
    writeBundle({ dir }) {
      if (dir === undefined) return;
      for (const path of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
        if (!compressible.test(path) || path === 'index.html') continue; // the page differs from answer to answer
        const bytes = readFileSync(join(dir, path));
        writeFileSync(join(dir, `${path}.gz`), gzipSync(bytes, { level: 9 }));
        writeFileSync(
          join(dir, `${path}.br`),
          brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
        );
      }
    },
  };
}
