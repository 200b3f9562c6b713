import type { Event } from '@millrace/api';

/** Where an event comes from, in few words: `API`, `run 1042`, `command line`. */
export function sourceText({ source }: Pick<Event, 'source'>): string {
  const type = typeof source.type === 'string' ? (words[source.type] ?? source.type) : 'unknown';
  return typeof source.run === 'string' ? `run ${source.run}` : type;
}

const words: Readonly<Record<string, string>> = { api: 'API', cli: 'command line' };
