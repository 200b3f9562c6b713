import type { RunStatus } from '@millrace/core';

/** The tables that people's queries read. bigint comes as text. */
export type Tables = {
  workflow: { id: number; workspace: string; name: string };
  pinned_workflow: { id: number; workflow: number; revision: string; plan: string };
  lane: { id: number; queue: string; capability: string; labels: string };
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
  work: { lane: number; ready: boolean; ready_at: string; worker: string | null };
  worker: { id: string; document: string; lease_until: string; registered_at: string };
};
