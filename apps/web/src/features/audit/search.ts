import { oneOf } from '../../app/search-params.ts';
import { type Span, spans } from '../runs/search.ts';

export const auditOutcomes = ['done', 'refused', 'failed'] as const;

/** Which entries are shown, as it stands in the address. */
export type AuditSearch = Readonly<{
  workspace?: string | undefined;
  actor?: string;
  operation?: string;
  object?: string;
  outcome?: (typeof auditOutcomes)[number];
  /** Of the last hours or days. */
  within?: Span;
  /** The number of the entry that is open. */
  entry?: string | undefined;
}>;

export function parseAuditSearch(search: Readonly<Record<string, unknown>>): AuditSearch {
  const texts = Object.fromEntries(
    (['actor', 'operation', 'object'] as const).flatMap((name) => {
      const value = oneOf(search[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const outcome = auditOutcomes.find((one) => one === oneOf(search.outcome));
  const [within, entry] = [oneOf(search.within), oneOf(search.entry)];
  return {
    ...texts,
    ...(outcome === undefined ? {} : { outcome }),
    ...(within !== undefined && within in spans ? { within: within as Span } : {}),
    ...(entry !== undefined && /^\d{1,15}$/.test(entry) ? { entry } : {}),
  };
}
