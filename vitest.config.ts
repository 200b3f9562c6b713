import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tools/longest-first.ts';

/** Functions over plain values: what one of their tests does, no other can see. So they share processes and loaded modules. */
const pure = ['expression', 'core', 'definition', 'api'].map((name) => `packages/${name}/**/*.test.ts`);
pure.push('apps/web/src/**/*.test.ts');

export default defineConfig({
  test: {
    testTimeout: 30_000,
    // The first browser test of a fresh machine unpacks a browser and builds the pages before it begins.
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['packages', 'apps', 'tools', 'examples', 'bench'].map((folder) => `${folder}/**/*.test.ts`),
          exclude: ['**/node_modules/**', 'bench/*/**', ...pure],
          // One PostgreSQL for the whole run; each test file takes databases of its own from it.
          globalSetup: ['packages/store-postgres/testkit/vitest-global-setup.ts'],
        },
      },
    ],
  },
});
