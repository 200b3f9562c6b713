// Knows from outside who asked for which limits, who got them, and who let go; checks after each commit and each decision
// that limits hold and that no slot outlives its holder.
import {
  type Demand,
  demandText,
  type Holder,
  holderText,
  isEngineWait,
  isRunEnd,
  type LoadedRun,
  type PreparedPlan,
  type RunId,
  type SlotChanges,
  type SlotRef,
  type SlotRequest,
  slotRefText,
} from '@millrace/core';
import type { GrantOutcome } from '../../src/ports/index.ts';
import type { Counts } from './counts.ts';
import { Violation } from './violation.ts';

type Asked = SlotRequest & { readonly run: RunId; state: 'waiting' | 'granted' | 'refused' };

export class SlotAudit {
  readonly #asked = new Map<string, Asked>();
  readonly #starts = new Map<string, number[]>();
  readonly #counts: Counts;
  readonly #now: () => number;

  constructor(counts: Counts, now: () => number) {
    this.#counts = counts;
    this.#now = now;
  }

  /** A commit happened. `changes` are those that were asked for, before any breakage. */
  committed(run: RunId, changes: SlotChanges): void {
    for (const holder of changes.released) this.#asked.delete(holderText({ ...holder, run }));
    for (const taken of changes.taken) {
      const asked = this.#asked.get(holderText({ ...taken, run }));
      if (asked?.state === 'granted' && refText(asked) === slotRefText({ ...taken, run })) continue;
      throw new Violation('slots_before_work', `Run ${run} took slots of step ${taken.step} that it was not granted.`);
    }
    for (const request of changes.requests) {
      const text = holderText({ ...request, run });
      if (this.#asked.has(text)) throw new Violation('one_request', `${text} asks for slots twice.`);
      this.#asked.set(text, { ...request, run, state: 'waiting' });
      if (request.step === -1) this.#counts.runsQueued += 1;
    }
  }

  /** The rows of a run after a commit: whoever has slots is there, and whoever must have them has. */
  check(plan: PreparedPlan, { run, work, waits }: LoadedRun): void {
    const ended = isRunEnd(run.status);
    const there = new Set<string>();
    for (const row of work) there.add(holderText({ ...row, run: run.id }));
    for (const row of waits) {
      // What a pause holds has let go (what somebody took before it could be held has not).
      if (row.kind === 'held') this.#asked.delete(holderText({ ...row, run: run.id }));
      else if (isEngineWait(row.kind)) there.add(holderText({ ...row, run: run.id }));
    }
    for (const asked of this.#ofRun(run.id)) {
      const alive = asked.step === -1 ? !ended : there.has(holderText(asked));
      if (!alive) throw new Violation('slots_end_with_holder', `${refText(asked)} has slots, and its holder is gone.`);
    }
    for (const row of work) if (row.step >= 0) this.#checkWork(plan, run, { ...row, run: run.id });
    if (ended || run.startedAt === null || plan.limits === null) return;
    const own = this.#asked.get(holderText({ run: run.id, step: -1, item: -1, iteration: 0 }));
    const inherits = run.holds !== undefined;
    if (own?.state !== 'granted' && !inherits && run.control?.includes('"end"') !== true) {
      throw new Violation('slots_before_work', `Run ${run.id} is ${run.status} without the slots of its workflow.`);
    }
  }

  /** The attempt of a limited step that a worker may take has its slots, unless its run has them for it. */
  #checkWork(plan: PreparedPlan, run: LoadedRun['run'], holder: Holder): void {
    const step = plan.step(holder.step);
    if (step.limits === null || this.#asked.get(holderText(holder))?.state === 'granted') return;
    const covered = run.holds !== undefined || run.control?.includes('"holds"') === true;
    if (covered && step.limits.every(({ demand }) => demand.kind === 'concurrency')) return;
    throw new Violation('slots_before_work', `${holderText(holder)} is at work without its slots.`);
  }

  decided({ verdicts }: GrantOutcome): void {
    for (const { ref, ...verdict } of verdicts) {
      const asked = this.#asked.get(holderText(ref));
      if (asked === undefined || refText(asked) !== slotRefText(ref) || asked.state !== 'waiting') {
        throw new Violation('slots_are_asked_for', `${slotRefText(ref)} was decided on without asking.`);
      }
      if (verdict.granted) {
        asked.state = 'granted';
        this.#counts.slotsGranted += 1;
        for (const demand of asked.demands) this.#checkLimit(asked, demand);
      } else {
        asked.state = 'refused';
        if ('reason' in verdict) {
          if (verdict.reason === 'full') this.#counts.slotsSkipped += 1;
          if (verdict.reason === 'superseded') this.#counts.slotsSuperseded += 1;
          if (verdict.reason === 'circle') this.#counts.circlesBroken += 1;
        }
      }
    }
  }

  #checkLimit(asked: Asked, demand: Demand): void {
    const text = demandText(demand);
    if (demand.kind === 'rate') {
      const starts = this.#starts.get(text) ?? [];
      starts.push(this.#now());
      this.#starts.set(text, starts);
      const within = starts.filter((at) => at > this.#now() - demand.perMs).length;
      if (within <= demand.limit) return;
      throw new Violation('limits_hold', `${within} starts of ${text} within ${demand.perMs} ms; ${demand.limit} may.`);
    }
    const holders = [...this.#asked.values()].filter(
      (one) => one.state === 'granted' && one.demands.some((other) => demandText(other) === text),
    );
    if (holders.length <= demand.limit) return;
    const names = holders.map(refText).join(', ');
    throw new Violation('limits_hold', `${names} hold ${text}; ${refText(asked)} says that ${demand.limit} may.`);
  }

  /** At the end nobody holds or waits for anything. */
  checkEnd(): void {
    const [left] = this.#asked.values();
    if (left !== undefined) throw new Violation('slots_end_with_holder', `${refText(left)} is left.`);
  }

  *#ofRun(run: RunId): Iterable<Asked> {
    for (const asked of this.#asked.values()) if (asked.run === run) yield asked;
  }
}

const refText = ({ run, step, item, iteration, attempt, request }: Asked): string =>
  slotRefText({ run, step, item, iteration, attempt, request } satisfies SlotRef);
