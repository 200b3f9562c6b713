import type { Workload } from '../harness.ts';
import { fanOut } from './fan-out.ts';
import { sequence10Busy, sequence10Idle } from './sequence-10.ts';
import { shell40, shell40Local } from './shell-40.ts';
import { singleStep } from './single-step.ts';
import { startLatency } from './start-latency.ts';

export const workloads: readonly Workload[] = [
  startLatency,
  sequence10Idle,
  singleStep,
  sequence10Busy,
  fanOut(1_000),
  fanOut(20_000),
  shell40,
  shell40Local,
];
