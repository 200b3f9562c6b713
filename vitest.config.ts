import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tools/longest-first.ts';

const testsOf = (...folders: readonly string[]) => folders.map((folder) => `${folder}/**/*.test.ts`);

/** Functions over plain values. They need no PostgreSQL. */
const pure = testsOf('packages/expression', 'packages/core', 'packages/definition', 'packages/api', 'apps/web/src');

/** What a process can be given once: the starters of programs, the ends of servers, a mocked module, a small heap. */
const alone = [
  ...testsOf('packages/executors', 'packages/worker', 'packages/store-postgres/src/embedded'),
  ...testsOf('tools', 'examples', 'bench', 'apps/millrace/build'),
  'packages/engine/src/people/sign-in-work.test.ts',
  'apps/millrace/src/processes/rest-when-idle.test.ts',
];

/** All else: what one of their files does in its process, no other can see. So they share processes and loaded modules. */
const sociable = testsOf('packages', 'apps');

const postgres = ['packages/store-postgres/testkit/vitest-global-setup.ts'];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    // The first browser test of a fresh machine unpacks a browser and builds the pages before it begins.
    hookTimeout: 120_000,
    pool: 'forks',
    // Many tests wait, for processes and for time to pass: one more than a small machine has cores keeps those busy.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: 'sociable',
          include: sociable,
          exclude: ['**/node_modules/**', ...pure, ...alone],
          isolate: false,
          globalSetup: postgres,
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: alone, exclude: ['**/node_modules/**', 'bench/*/**'], globalSetup: postgres },
      },
    ],
  },
});
