import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tools/longest-first.ts';

export default defineConfig({
  test: {
    include: [
      'packages/**/*.test.ts',
      'apps/**/*.test.ts',
      'tools/**/*.test.ts',
      'examples/**/*.test.ts',
      'bench/*.test.ts',
    ],
    // One PostgreSQL for the whole run; each test file takes databases of its own from it.
    globalSetup: ['packages/store-postgres/src/embedded/vitest-global-setup.ts'],
    testTimeout: 30_000,
    // The first browser test of a fresh machine unpacks a browser and builds the pages before it begins.
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
