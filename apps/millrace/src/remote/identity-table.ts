import type { Identity } from '@millrace/api';
import { MillraceError } from '@millrace/core';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

export const identityTable = (items: readonly Identity[]): string =>
  formatTable(
    ['PROVIDER', 'SUBJECT', 'LINKED', 'ID'],
    items.map(({ provider, subject, linked_at, id }) => [provider, printable(subject), linked_at, id]),
  );

/** One of these, by its id or (if it is the only one of it) its provider. Throws `not_found`. */
export function findIdentity(items: readonly Identity[], given: string): Identity {
  const found = items.filter(({ id, provider }) => id === given || provider === given);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new MillraceError(
    'not_found',
    found.length > 1
      ? `There are ${found.length} links to ${given}.`
      : `There is no link ${JSON.stringify(given.slice(0, 100))}.`,
    {
      hint:
        items.length === 0
          ? 'There are no links to providers at all.'
          : `There are: ${items.map(({ id, provider }) => `${id} (${provider})`).join(', ')}.`,
    },
  );
}
