import type { AttemptKey, Instant, StepKey } from '../run/records.ts';
import type { RunId } from '../values/ids.ts';

/** What is limited: holders of a key at once, attempts of a queue at once, or starts in a span of time. */
export const limitKinds = ['concurrency', 'queue', 'rate'] as const;
export type LimitKind = (typeof limitKinds)[number];

/** Names a limit. The workspace is the namespace of keys and queues: two workspaces share none. */
export type LimitKey = Readonly<{ workspace: string; kind: LimitKind; key: string }>;

export type WhenFull = 'queue' | 'skip' | 'cancel_oldest';

/** What a holder asks of one limit. The limit is that of its own plan: a newer plan's request brings its own number. */
export type Demand = Readonly<
  | { kind: 'concurrency'; key: string; limit: number; whenFull: WhenFull }
  | { kind: 'queue'; key: string; limit: number }
  | { kind: 'rate'; key: string; limit: number; perMs: number }
>;

/** Who holds slots: a run (step -1), a step run or an item of one. */
export type Holder = StepKey & Readonly<{ run: RunId }>;

/**
 * Names one request for slots. An attempt asks again under another number when it was held by a pause meanwhile, so that
 * an answer to the first is not taken for one to the second. A run asks as attempt 0 of step -1.
 */
export type SlotRef = AttemptKey & Readonly<{ run: RunId; request: number }>;

/** A request for slots as a decision makes it: all of its demands are granted together, or none. */
export type SlotRequest = AttemptKey &
  Readonly<{
    request: number;
    workspace: string;
    priority: number;
    requestedAt: Instant;
    demands: readonly Demand[];
    /** Who cannot let go before this has ended: its run, and the steps and runs that it is a child of. */
    above: readonly Holder[];
  }>;

/** What a run, or the step that a child run stands for, holds while everything below it goes on. */
export type HeldAbove = Holder & Readonly<{ keys: readonly string[] }>;

/** Why a request was refused: its key is full, a newer request took its place, or it waited in a circle. */
export type RefusalReason = 'full' | 'superseded' | 'circle';

/** One text for a limit inside its workspace, to key maps by. */
export const demandText = ({ kind, key }: Pick<Demand, 'kind' | 'key'>): string => `${kind} ${key}`;

export const holderText = ({ run, step, iteration, item }: Holder): string => `${run}/${step}/${iteration}/${item}`;

export const slotRefText = (ref: SlotRef): string => `${holderText(ref)}/${ref.attempt}/${ref.request}`;
