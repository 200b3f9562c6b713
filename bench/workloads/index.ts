import type { Workload } from '../workload.ts';
import { apiList } from './api-list.ts';
import { diamond100 } from './diamond-100.ts';
import { fanOut1000, fanOut100000 } from './fan-out.ts';
import { footprint } from './footprint.ts';
import { logs } from './logs.ts';
import { oldSnapshot } from './old-snapshot.ts';
import { queuedMillion } from './queued-million.ts';
import { sequence10 } from './sequence-10.ts';
import { shell40, shellThroughput } from './shell.ts';
import { singleStep } from './single-step.ts';
import { startLatency } from './start-latency.ts';

export const workloads: readonly Workload[] = [
  startLatency,
  singleStep,
  sequence10,
  fanOut1000,
  fanOut100000,
  diamond100,
  shell40,
  shellThroughput,
  queuedMillion,
  oldSnapshot,
  logs,
  apiList,
  footprint,
];
