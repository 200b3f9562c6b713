// Identifiers. A brand keeps one kind from being passed where another is meant; at run time they are plain strings.
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A run: decimal digits, given out by the store in blocks, growing with time. */
export type RunId = Branded<'RunId'>;
/** An event: decimal digits, given out by the store, growing with each event. */
export type EventId = Branded<'EventId'>;
/** A worker process: chosen by the worker at its start, so a restarted worker is another worker. */
export type WorkerId = Branded<'WorkerId'>;
/** Content hash of a plan: 64 hexadecimal digits. */
export type PlanHash = Branded<'PlanHash'>;

export const eventId = (text: string): EventId => text as EventId;
export const runId = (text: string): RunId => text as RunId;
export const workerId = (text: string): WorkerId => text as WorkerId;
export const planHash = (text: string): PlanHash => text as PlanHash;
