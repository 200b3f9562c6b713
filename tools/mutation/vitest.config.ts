import { defineConfig } from 'vitest/config';

/** The tests that a mutant has to get past: those of the mutated package itself, which need no database. */
export default defineConfig({
  test: {
    include: ['packages/core/src/**/*.test.ts'],
    // It counts operations of huge runs and takes seconds; what it would catch are slow mutants, not wrong ones.
    exclude: ['packages/core/src/run/scale.test.ts'],
    setupFiles: ['tools/mutation/shorten-properties.ts'],
    isolate: false,
    testTimeout: 30_000,
  },
});
