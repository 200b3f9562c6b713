import type { JsonObject, RunOrigin } from '@millrace/core';

/** What a run of a chain of events starts belongs to the same chain: its children, and what its hooks call. */
export const chainOf = ({ trigger: { chain } }: Pick<RunOrigin, 'trigger'>): JsonObject =>
  typeof chain === 'number' ? { chain } : {};
