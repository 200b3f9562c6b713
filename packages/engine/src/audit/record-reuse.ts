import type { Session } from '../ports/session-store.ts';
import type { Audit } from './create-audit.ts';

/** What tells the log of a refresh token that came twice: whose it was is known only to who looked it up. */
export function createRecordReuse(audit: Audit): (session: Session) => Promise<void> {
  return async ({ id, account, address }) => {
    await audit.record({
      operation: 'reuseRefreshToken',
      outcome: 'refused',
      actor: account,
      session: id,
      address,
      object: `users/${account}/sessions/${id}`,
      detail: { note: 'The address is the one that the session began at. The session was ended.' },
    });
  };
}
