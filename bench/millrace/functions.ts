import type { StepFunction } from '@millrace/executors';
import { now } from '../clock.ts';

/** The bodies of the benchmark's function steps. */
export function createFunctions(onBody: (at: number) => void): Readonly<Record<string, StepFunction>> {
  return {
    body() {
      onBody(now());
      return { ok: true };
    },
    item: (input) => input,
  };
}
