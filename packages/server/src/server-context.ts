import type { Engine } from '@millrace/engine';
import type { LiveHub } from './live/live-hub.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { RunObjects } from './permissions/run-objects.ts';
import type { ServerLimits, ServerOptions } from './server-options.ts';

/** What every area of routes gets. */
export type ServerContext = Readonly<{
  engine: Engine;
  options: ServerOptions;
  limits: ServerLimits;
  metrics: Metrics;
  hub: LiveHub;
  runObjects: RunObjects;
  /** Aborted when the server begins to close: whoever waits, answers. */
  closing: AbortSignal;
}>;
