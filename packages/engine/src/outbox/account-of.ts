import type { JsonObject, RunOrigin } from '@millrace/core';

/**
 * Whoever started a run started what follows from it as well: its children, what its hooks call, and what its events start.
 * It stands first in a trigger, where SQL looks for it.
 */
export const accountOf = ({ trigger: { account } }: Pick<RunOrigin, 'trigger'>): JsonObject =>
  typeof account === 'string' ? { account } : {};
