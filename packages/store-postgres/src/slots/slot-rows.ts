import {
  type Demand,
  type Holder,
  type LimitKind,
  type LoadedRequest,
  runId,
  type SlotRef,
  slotRefText,
  type WhenFull,
} from '@millrace/core';

type RefRow = Readonly<{
  run: string;
  step: number;
  iteration: number;
  item: number;
  attempt: number;
  request: number;
}>;

/** One demand of a request that waits. */
export type DemandRow = RefRow &
  Readonly<{
    ordinal: number;
    workspace: string;
    kind: LimitKind;
    name: string;
    key: string;
    most: number;
    per_ms: string | null;
    when_full: WhenFull | null;
    priority: number;
    requested_at: string;
    above: string | null;
  }>;

/** A request with the keys of its demands as they stand in the indexes. */
export type RequestWithKeys = LoadedRequest & Readonly<{ keys: readonly string[]; workspace: string }>;

/** The rows come with those of one request together, by ordinal. */
export function decodeRequests(rows: readonly DemandRow[]): readonly RequestWithKeys[] {
  const groups = new Map<string, DemandRow[]>();
  for (const row of rows) {
    const text = slotRefText(decodeRef(row));
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return {
      ...decodeRef(first),
      workspace: first.workspace,
      priority: first.priority,
      requestedAt: Number(first.requested_at),
      above: first.above === null ? [] : (JSON.parse(first.above) as readonly Holder[]),
      demands: group.map(decodeDemand),
      keys: group.map(({ key }) => key),
      complete: true,
    };
  });
}

export const decodeRef = ({ run, step, iteration, item, attempt, request }: RefRow): SlotRef => ({
  run: runId(run),
  step,
  item,
  iteration,
  attempt,
  request,
});

function decodeDemand({ kind, name, most, per_ms, when_full }: DemandRow): Demand {
  switch (kind) {
    case 'concurrency':
      return { kind, key: name, limit: most, whenFull: when_full ?? 'queue' };
    case 'queue':
      return { kind, key: name, limit: most };
    case 'rate':
      return { kind, key: name, limit: most, perMs: Number(per_ms) };
  }
}
