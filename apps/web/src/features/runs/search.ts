import type { RunSummary } from '@millrace/api';
import { listOf, oneOf } from '../../app/search-params.ts';

export const runStatuses = [
  'queued',
  'running',
  'paused',
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
] as const satisfies readonly RunSummary['status'][];

/** Spans that lists are narrowed to, in hours. */
export const spans = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 } as const;
export type Span = keyof typeof spans;

/** The filter of the list of runs, as it stands in the address. */
export type RunSearch = Readonly<{
  workspace?: string | undefined;
  workflow?: string;
  status?: readonly RunSummary['status'][];
  tag?: string;
  /** Begun within this span before now. */
  within?: Span;
  /** Only children of this run. */
  parent?: string;
  /** Only re-runs of this run. */
  rerun_of?: string;
  /** `true`: also runs that other runs started. */
  children?: 'true';
}>;

/** Keeps what makes sense: an address that was typed by hand shows a list and no error. */
export function parseRunSearch(search: Readonly<Record<string, unknown>>): RunSearch {
  const status = runStatuses.filter((one) => listOf(search.status).includes(one));
  const texts = Object.fromEntries(
    (['workspace', 'workflow', 'tag', 'parent', 'rerun_of'] as const).flatMap((name) => {
      const value = oneOf(search[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const within = oneOf(search.within);
  return {
    ...texts,
    ...(status.length === 0 ? {} : { status }),
    ...(within !== undefined && within in spans ? { within: within as Span } : {}),
    ...(oneOf(search.children) === 'true' ? { children: 'true' } : {}),
  };
}
