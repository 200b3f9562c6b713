import type { EndedAttempt, Fault, Lane, RunRecord, RunStatus, Wait, WaitKind, Work } from '@millrace/core';
import { type StepEndStatus, type StepReason, workerId } from '@millrace/core';
import { decodeOrigin, type OriginRow } from './run-facts.ts';

type KeyRow = Readonly<{ run: string; step: number; iteration: number; item: number; attempt: number }>;

export type RunRow = OriginRow &
  Readonly<{
    version: number;
    status: RunStatus;
    started_at: string | null;
    ended_at: string | null;
    control: string | null;
    output: string | null;
    error: string | null;
    created_at: string;
    input: string;
  }>;

export type AttemptRow = KeyRow &
  Readonly<{
    status: StepEndStatus;
    reason: StepReason | null;
    final: boolean;
    ready_at: string | null;
    started_at: string | null;
    ended_at: string;
    worker: string | null;
    input: string | null;
    output: string | null;
    error: string | null;
  }>;

export type LaneRow = Readonly<{
  lane_workspace: string | null;
  queue: string;
  capability: Lane['capability'];
  labels: string;
}>;

export type WorkRow = KeyRow &
  LaneRow &
  Readonly<{ priority: number; ready_at: string; worker: string | null; leased_at: string | null; document: string }>;

export type WaitRow = KeyRow & Readonly<{ kind: WaitKind; due_at: string | null; document: string | null }>;

export const decodeTime = (text: string | null): number | null => (text === null ? null : Number(text));
export const decodeFault = (text: string | null): Fault | null => (text === null ? null : (JSON.parse(text) as Fault));

export function decodeRun(row: RunRow): RunRecord {
  return {
    ...decodeOrigin(row),
    status: row.status,
    startedAt: decodeTime(row.started_at),
    endedAt: decodeTime(row.ended_at),
    control: row.control,
    output: row.output,
    error: decodeFault(row.error),
    version: row.version,
    createdAt: Number(row.created_at),
    input: row.input,
  };
}

export function decodeAttempt(row: AttemptRow): EndedAttempt {
  return {
    step: row.step,
    item: row.item,
    iteration: row.iteration,
    attempt: row.attempt,
    status: row.status,
    reason: row.reason,
    final: row.final,
    readyAt: decodeTime(row.ready_at),
    startedAt: decodeTime(row.started_at),
    endedAt: Number(row.ended_at),
    worker: row.worker === null ? null : workerId(row.worker),
    input: row.input,
    output: row.output,
    error: decodeFault(row.error),
  };
}

const lanes = new Map<string, Lane>();

/** One object for each lane: work is told apart by lane all the time, and there are few. */
export function decodeLane({ lane_workspace, queue, capability, labels }: LaneRow): Lane {
  const key = `${lane_workspace?.length} ${lane_workspace} ${queue.length} ${queue} ${capability} ${labels}`;
  const known = lanes.get(key);
  if (known !== undefined) return known;
  const common = { queue, capability, labels: JSON.parse(labels) as readonly string[] };
  const lane: Lane = lane_workspace === null ? common : { workspace: lane_workspace, ...common };
  lanes.set(key, lane);
  return lane;
}

export function decodeWork(row: WorkRow): Work {
  return {
    step: row.step,
    item: row.item,
    iteration: row.iteration,
    attempt: row.attempt,
    lane: decodeLane(row),
    priority: row.priority,
    readyAt: Number(row.ready_at),
    document: row.document,
    worker: row.worker === null ? null : workerId(row.worker),
    leasedAt: decodeTime(row.leased_at),
  };
}

export function decodeWait(row: WaitRow): Wait {
  const { step, item, iteration, attempt, kind, document } = row;
  return { step, item, iteration, attempt, kind, dueAt: decodeTime(row.due_at), document };
}
