// Does a test notice when the run machine is wrong? Stryker changes packages/core in one small way after another and runs
// its tests on each: `npm run mutate`. docs/reliability.md tells what came of it.
//
//   npm run mutate                                              everything; hours
//   npm run mutate -- --mutate packages/core/src/run/items.ts   one file; minutes
//   npm run mutate:sample                                       places by chance in all files; minutes
//
// What was tried before is kept in `.stryker/incremental.json` and tried again only where a file or its tests changed.
export default {
  packageManager: 'npm',
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'tools/mutation/vitest.config.ts' },
  mutate: ['packages/core/src/**/*.ts', '!packages/core/src/**/*.test.ts', '!packages/core/src/testing/**'],
  // Only what the tests of the package read is copied. Not tsconfig.json: Stryker would rewrite it with an API that
  // TypeScript 7 no longer has, and the one above the copy is found all the same.
  ignorePatterns: [
    '*',
    '!packages',
    '!packages/core/**',
    '!packages/expression/**',
    '!tools/mutation/**',
    '!package.json',
  ],
  // Texts for people are not changed: that one of a hundred messages is empty is no hole in the machine's rules.
  mutator: { excludedMutations: ['StringLiteral'] },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 1,
  // A busy machine is slow, which must not look as if a mutant had been noticed.
  timeoutMS: 60_000,
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/tmp',
  jsonReporter: { fileName: '.stryker/report.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  reporters: ['progress-append-only', 'clear-text', 'json'],
};
