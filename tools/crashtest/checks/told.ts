import { Violation } from '../../../packages/engine/testkit/simulator/violation.ts';
import type { Violate } from './histories.ts';

/** Makes a check of the simulator, which throws, one that tells. */
export function told(violate: Violate, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violate(error.message);
  }
}
