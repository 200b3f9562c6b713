import {
  compareRequests,
  decideGrants,
  demandText,
  findCircles,
  type Holders,
  type LimitKey,
  type SlotCancellation,
  slotRefText,
  type WaitingRequest,
} from '@millrace/core';
import type { GrantOutcome, SlotStore, SlotVerdict } from '../ports/index.ts';
import { isLive, type MemoryState, slotOf } from './memory-state.ts';
import { limitText, loadedRequest, refOf, type SlotEntry } from './slot-table.ts';

type Outcome = { verdicts: SlotVerdict[]; cancels: SlotCancellation[]; wakeAt: number | null };
const newOutcome = (): Outcome => ({ verdicts: [], cancels: [], wakeAt: null });

export function createSlotStore(state: MemoryState): SlotStore {
  const { slots } = state;
  return {
    async grant(workspace, keys) {
      const wanted = keys.map(({ kind, key }) => ({ workspace, kind, key }));
      return grantAll(state, workspace, () => linesOf(state, workspace, wanted));
    },
    async untangle({ olderThanMs }) {
      const oldest = state.now() - olderThanMs;
      const below = [...slots.all()].filter(({ state: now, above }) => now === 'waiting' && above.length > 0);
      const outcome = newOutcome();
      for (const [workspace, entries] of Map.groupBy(below, (entry) => entry.workspace)) {
        if (entries.some(({ requestedAt }) => requestedAt <= oldest)) untangleOne(state, workspace, entries, outcome);
      }
      return outcome;
    },
    async untold({ olderThanMs, limit }) {
      const until = state.now() - olderThanMs;
      return [...slots.all()]
        .filter(({ untold, decidedAt }) => untold !== null && decidedAt <= until)
        .sort((left, right) => left.decidedAt - right.decidedAt || compareRequests(left, right))
        .slice(0, limit)
        .flatMap(({ untold }) => (untold === null ? [] : [untold]));
    },
    async waitingKeys({ after, limit }) {
      const waiting = [...slots.limits()]
        .filter(({ entries }) => [...entries].some((entry) => entry.state === 'waiting'))
        .map(({ key }) => ({ key, text: limitText(key) }))
        .filter(({ text }) => after === null || text > after)
        .sort((left, right) => (left.text < right.text ? -1 : 1))
        .slice(0, limit);
      return {
        keys: waiting.map(({ key }) => key),
        next: waiting.length === limit ? (waiting.at(-1)?.text ?? null) : null,
      };
    },
    async sweep() {
      slots.forgetStarts(state.now());
      const orphans = [...slots.all()].filter((entry) => !hasHolder(state, entry));
      for (const orphan of orphans) slots.release(orphan);
      return orphans.map(refOf);
    },
  };
}

type Lines = Readonly<{ entries: readonly SlotEntry[]; limits: ReadonlySet<string> }>;

/**
 * Who waits for the keys, and whoever stands in the other lines that these wait in. Those who wait for yet others only keep
 * their places: whatever frees one of these decides on them.
 */
function linesOf({ slots }: MemoryState, workspace: string, keys: readonly LimitKey[]): Lines {
  const limits = new Map(keys.map((key) => [demandText(key), key]));
  for (const { demands } of slots.waitingFor(keys)) {
    for (const { kind, key } of demands) limits.set(demandText({ kind, key }), { workspace, kind, key });
  }
  return { entries: slots.waitingFor([...limits.values()]), limits: new Set(limits.keys()) };
}

function grantAll(state: MemoryState, workspace: string, look: () => Lines): GrantOutcome {
  const { slots } = state;
  const outcome = newOutcome();
  for (;;) {
    const { entries, limits } = look();
    const byRef = new Map(entries.map((entry) => [slotRefText(entry), entry]));
    const now = state.now();
    const requests = entries.map((entry) => loadedRequest(entry, limits));
    const states = slots.statesOf(workspace, entries, limits);
    const { granted, refused, cancels, wakeAt, more } = decideGrants(requests, states, now);
    for (const request of granted) {
      const entry = byRef.get(slotRefText(request));
      if (entry !== undefined) outcome.verdicts.push(slots.grant(entry, now));
    }
    for (const { ref, ...refusal } of refused) {
      const entry = byRef.get(slotRefText(ref));
      if (entry !== undefined) outcome.verdicts.push(slots.refuse(entry, refusal, now));
    }
    outcome.wakeAt = wakeAt;
    outcome.cancels = [...cancels];
    if (!more) return outcome;
  }
}

function untangleOne(state: MemoryState, workspace: string, entries: readonly SlotEntry[], outcome: Outcome): void {
  const { slots } = state;
  const all = new Set(entries.flatMap(({ demands }) => demands.map(demandText)));
  const requests: readonly WaitingRequest[] = entries.map((entry) => loadedRequest(entry, all));
  const holders: Holders = new Map(
    entries.flatMap(({ demands }) =>
      demands.map((demand) => {
        const limit = slots.limit({ workspace, kind: demand.kind, key: demand.key });
        return [demandText(demand), limit === undefined ? [] : slots.holdersOf(limit)] as const;
      }),
    ),
  );
  const { granted, refused } = findCircles(requests, holders);
  const passing = new Set(granted.map(slotRefText));
  if (passing.size > 0) {
    const found = grantAll(state, workspace, () => ({
      entries: entries.filter((entry) => entry.state === 'waiting' && passing.has(slotRefText(entry))),
      limits: all,
    }));
    outcome.verdicts.push(...found.verdicts);
  }
  const victim =
    refused === null ? undefined : entries.find((entry) => slotRefText(entry) === slotRefText(refused.ref));
  if (victim === undefined || refused === null) return;
  outcome.verdicts.push(slots.refuse(victim, { ...refused, by: null }, state.now()));
}

/** A run that has not ended, or a step run of one that has work or waits in place of it. */
function hasHolder(state: MemoryState, entry: SlotEntry): boolean {
  const run = state.runs.get(entry.run);
  if (run === undefined || !isLive(run)) return false;
  if (entry.step === -1) return true;
  const slot = slotOf(entry);
  if (run.work.has(slot)) return true;
  return (['slots', 'timer', 'child', 'approval', 'event'] as const).some((kind) => run.waits.has(`${slot}/${kind}`));
}
