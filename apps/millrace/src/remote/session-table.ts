import type { Session } from '@millrace/api';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

const columns = ['SINCE', 'RENEWED', 'ADDRESS', 'BROWSER'];
const cellsOf = (one: Session) => [one.created_at, one.renewed_at, one.address, printable(one.agent.slice(0, 80))];

/** Where somebody is signed in. */
export const sessionTable = (sessions: readonly Session[]): string => formatTable(columns, sessions.map(cellsOf));

/** Where one is signed in oneself, with the ids by which sessions are ended. */
export const ownSessionTable = (sessions: readonly Session[]): string =>
  formatTable(
    [...columns, 'ID'],
    sessions.map((one) => [...cellsOf(one), one.current ? `${one.id} (this one)` : one.id]),
  );
