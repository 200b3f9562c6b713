import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressFiles } from './build/compress-files.ts';
import { contractTable } from './build/contract-table.ts';

export default defineConfig({
  plugins: [react(), tailwindcss(), contractTable(), compressFiles()],
  build: {
    target: 'es2023',
    // Figures that people read are those that go over the wire; `compress-files` prints them.
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2_000,
  },
  // `npx vite` in this folder, beside a `millrace dev`, for those who work on the pages.
  server: {
    proxy: Object.fromEntries(
      ['/api', '/openapi.json', '/health', '/metrics'].map((path) => [
        path,
        { target: 'http://127.0.0.1:7070', ws: true },
      ]),
    ),
  },
});
