import type { Demand } from '../limits/demand.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { PreparedPlan } from '../plan/prepared-plan.ts';
import { type Deciding, runKey, setHead } from './deciding.ts';
import { heldAbove, holdersOf, keysHeldBy, renderDemands } from './demands.ts';
import { launchLocalRun } from './local/launch-local-run.ts';
import type { Instant } from './records.ts';
import type { KeptResults } from './rerun/kept-results.ts';
import { newReplay } from './rerun/replay.ts';
import { scopeFor } from './scope.ts';

/** What a run remembers while it waits for slots: the document of its wait. */
export type QueuedDocument = Readonly<{ demands: readonly Demand[] }>;

const runSlots = { ...runKey, attempt: 0 };

/**
 * Asks for the slots of a run whose workflow is limited: until they are granted it is `queued`, and nothing of it begins,
 * its timeout included. False: it asks for nothing (its parents may hold all of it). Throws a `FaultError` when a key
 * cannot be made.
 */
export function queueRun(decision: Deciding): boolean {
  const { plan, state, changes, now, uuids } = decision;
  if (plan.limits === null) return false;
  const view = { plan, state, now, step: null, iteration: 0, attempt: 1, item: null, uuids };
  const demands = renderDemands(state, plan.limits, (needs) => scopeFor(view, needs));
  if (demands.length === 0) return false;
  const document: QueuedDocument = { demands };
  state.queued = JSON.stringify(document);
  setHead(decision, { status: 'queued', startedAt: null });
  changes.setWait({ ...runSlots, kind: 'slots', dueAt: null, document: state.queued });
  changes.requestSlots({
    ...runSlots,
    request: 0,
    workspace: state.origin.workspace,
    priority: state.origin.priority,
    requestedAt: now,
    demands,
    above: holdersOf(heldAbove(state, false)),
  });
  return true;
}

/**
 * A queued run has its slots: it begins now. `kept`: what a re-run takes over from the run before. False: it does not wait
 * for any.
 */
export function beginQueuedRun(decision: Deciding, kept: KeptResults | null): boolean {
  const { state, changes, now } = decision;
  if (state.queued === null) return false;
  const { demands } = JSON.parse(state.queued) as QueuedDocument;
  if (kept !== null) decision.replay = newReplay(kept);
  state.queued = null;
  state.holds = keysHeldBy(demands);
  decision.controlChanged ||= state.holds.length > 0;
  changes.takeSlots({ ...runSlots, request: 0 });
  changes.endWait({ ...runKey, kind: 'slots' });
  setHead(decision, { status: state.paused === null ? 'running' : 'paused', startedAt: now });
  if (state.paused !== null) beginPaused(decision, state.paused.at);
  beginRun(decision);
  return true;
}

/** Its timeout counts from here, when it is resumed: the part of the pause that went before is none of it. */
function beginPaused(decision: Deciding, since: Instant): void {
  const { state, now } = decision;
  const { ms = 0, turn = 0, parentTurn = 0 } = state.pauses ?? {};
  state.pauses = { ms: ms - Math.max(0, now - since), turn, parentTurn };
  decision.controlChanged = true;
}

/** The clock of the run starts, and its first steps are entered. */
export function beginRun(decision: Deciding): void {
  const { plan, state, changes, now } = decision;
  const { timeoutMs } = plan.plan;
  if (timeoutMs !== null && state.paused === null) {
    changes.setWait({ ...runSlots, kind: 'run_timeout', dueAt: now + timeoutMs, document: null });
  }
  if (state.local === null) enterFirstSteps(decision);
  else launchLocalRun(decision);
}

/** Lets the steps in that nothing leads to. */
export function enterFirstSteps({ plan, entering }: Deciding): void {
  for (const step of plan.plan.steps) {
    if (startsByItself(plan, step)) entering.push(step.index);
  }
}

/** A step that nothing leads to; a loop that only the step itself leads to begins by itself, too. */
function startsByItself({ transitions }: PreparedPlan, { index, entry, dependsOn }: PlanStep): boolean {
  if (entry === 'dependencies') return dependsOn.length === 0;
  return transitions.sources(index).every((source) => source === index);
}
