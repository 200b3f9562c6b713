import type { Changes } from './changes.ts';
import type { RunState } from './state.ts';

/** The state after a command, and the rows that make it so in the store. */
export type Decision = Readonly<{ state: RunState; changes: Changes }>;
