import type { RunStatus } from '@millrace/core';
import type { DeliveryRow } from '../deliveries/delivery-rows.ts';

/** The tables that people's queries read. bigint comes as text. */
export type Tables = {
  workflow: { id: number; workspace: string; name: string };
  pinned_workflow: { id: number; workflow: number; revision: string; plan: string; folder: string };
  lane: { id: number; workspace: string | null; queue: string; capability: string; labels: string };
  run: {
    id: string;
    version: number;
    workflow: number;
    child: boolean;
    status: RunStatus;
    started_at: string | null;
    ended_at: string | null;
    control: string | null;
    error: string | null;
  };
  run_origin: {
    id: string;
    pinned: number;
    workflow: number;
    parent_run: string | null;
    created_at: string;
    facts: string;
  };
  run_tag: { tag: string; run: string };
  rerun: { rerun_of: string; run: string };
  work: { lane: number; ready: boolean; ready_at: string; worker: string | null };
  delivery: DeliveryRow;
  schedule: {
    workspace: string;
    name: string;
    version: number;
    workflow: string;
    enabled: boolean;
    revision: string;
    folder: string;
    definition: string;
    override: string | null;
    decided_until: string;
    next_tick_at: string | null;
    next_fire_at: string | null;
    last_tick: string | null;
    last_run: string | null;
    dropped: string | null;
  };
  draining: { worker: string; since: string };
  worker: { id: string; document: string; lease_until: string; registered_at: string };
};
