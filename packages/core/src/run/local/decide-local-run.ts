// A local run as its server sees it (docs/decisions/0022-local-runs.md): one worker carries the whole run out and sends the
// record of what it did, in batches; the server does the same to its own copy, with the same rules, and commits it.
//
//   start ─▶ work of the run itself (step -1) ─ leased ─▶ worker: decideInside ─ record ─▶ server: decideInside ─ commit
//                        ▲                                   │ lost with its folder
//                        └────────── begins again ───────────┘ attempt + 1, the iterations go on counting
//
// Invariants: entries are applied in order, each once (`applied`); only those of the attempt that is under way, from the
// worker that holds it. What a worker did that was not committed when it was lost never happened. What was committed stays,
// as iterations of the round before.
//
// Cancels and time limits are asked of the worker (`local.stop`), which stops its processes and says so in its record; if it
// does not in time, the run is ended without it, and its later entries are stale.
import type { PreparedPlan } from '../../plan/prepared-plan.ts';
import { unreachable } from '../../values/unreachable.ts';
import { advance } from '../advance.ts';
import type { Command, Rejection } from '../command.ts';
import { slotsGranted } from '../commands/slots-granted.ts';
import { slotsRefused } from '../commands/slots-refused.ts';
import { type Deciding, deciding } from '../deciding.ts';
import type { Decision } from '../decision.ts';
import { staleAttempt } from '../find-task.ts';
import type { AttemptKey, Instant } from '../records.ts';
import { saveControl } from '../run-control.ts';
import type { LocalRun, RunState } from '../state.ts';
import { applyRecord } from './apply-record.ts';
import { failLocalRun, loseLocalRun } from './lose-local-run.ts';
import { cancelLocalRun, fireLocalTimer } from './stop-local-run.ts';

export function decideLocalRun(
  plan: PreparedPlan,
  state: RunState,
  local: LocalRun,
  command: Command,
  now: Instant,
): Decision | Readonly<{ rejection: Rejection }> {
  const decision = deciding(plan, state, now);
  const rejection = apply(decision, local, command);
  if (rejection !== null) return { rejection };
  saveControl(decision);
  return { state, changes: decision.changes.toChanges() };
}

function apply(decision: Deciding, local: LocalRun, command: Command): Rejection | null {
  switch (command.type) {
    case 'local_progress':
      if (!isHolder(local, command.key, command.worker)) return staleAttempt(command.key);
      return applyRecord(decision, local, command);
    case 'worker_lost':
      if (!isHolder(local, command.key, command.worker)) return staleAttempt(command.key);
      loseLocalRun(decision, local, command.worker);
      return null;
    case 'attempt_finished': {
      // The worker could not carry the run out at all: its folder could not be made, say.
      const { key, worker, result } = command;
      if (result.status === 'succeeded' || !isHolder(local, key, worker)) return staleAttempt(key);
      failLocalRun(decision, local, result.error);
      return null;
    }
    case 'cancel':
      return cancelLocalRun(decision, local, command);
    case 'pause':
      return {
        code: 'not_pausable',
        message: 'It is a local run: one worker carries it out as a whole, and what a worker holds goes on.',
      };
    case 'slots_granted':
      return command.key.step === -1 ? slotsGranted(decision, command) : staleAttempt(command.key);
    case 'slots_refused': {
      const refused = command.key.step === -1 ? slotsRefused(decision, command) : staleAttempt(command.key);
      if (refused === null) advance(decision);
      return refused;
    }
    case 'resume':
      return { code: 'not_paused', message: `The run is not paused: it is ${decision.state.head.status}.` };
    case 'parent_turned':
      return hearParent(decision, command);
    case 'timer_fired':
      return fireLocalTimer(decision, local, command);
    case 'hold':
    case 'child_ended':
    case 'event_arrived':
    case 'cache_answer':
    case 'answer':
    case 'delegate':
      return staleAttempt(command.key);
    default:
      return unreachable(command);
  }
}

/** As what any worker holds, it goes on while its parent is paused; it only keeps that it has heard of it. */
function hearParent(decision: Deciding, { turn }: Extract<Command, { type: 'parent_turned' }>): Rejection | null {
  const { state } = decision;
  const { ms = 0, turn: own = 0, parentTurn = 0 } = state.pauses ?? {};
  if (turn <= parentTurn) {
    return { code: 'outdated', message: `The run has heard of turn ${turn} of its parent, or of a later one.` };
  }
  state.pauses = { ms, turn: own, parentTurn: turn };
  decision.controlChanged = true;
  return null;
}

function isHolder(local: LocalRun, key: AttemptKey, worker: LocalRun['worker']): boolean {
  if (key.step !== -1 || key.attempt === 0 || key.attempt !== local.attempt) return false;
  return local.worker === null || worker === null || local.worker === worker;
}
