// The order of test files: those that take long begin first, so that at the end no worker waits for a long one that began
// last. In a fresh clone vitest knows no durations and goes by the sizes of files, which say little: a conformance suite is a
// few lines that call a package.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Parts of paths; the first ones take longest, what is not here comes in vitest's own order. */
const long = [
  'apps/millrace/test/online.test.ts',
  'packages/store-postgres/src/open-store.test.ts',
  'apps/millrace/test/offline.test.ts',
  'testkit/simulator/simulator.test.ts',
  'examples/examples.test.ts',
  'apps/web/e2e/',
  'apps/millrace/test/',
  'packages/worker/src/create-worker.test.ts',
  'bench/',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one.moduleId) - rankOf(other.moduleId));
  }
}

function rankOf(path: string): number {
  const rank = long.findIndex((part) => path.includes(part));
  return rank < 0 ? long.length : rank;
}
