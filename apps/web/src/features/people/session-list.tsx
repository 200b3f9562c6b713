import type { Session } from '@millrace/api';
import { Button } from '../../components/button.tsx';
import { Mark } from '../../components/mark.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';

/** Browsers that are signed in. */
export const SessionList = ({
  sessions,
  onEnd,
}: {
  sessions: readonly Session[];
  onEnd?: (session: Session) => void;
}) =>
  sessions.length === 0 ? (
    <p className="p-4 text-soft text-sm">Nowhere.</p>
  ) : (
    <ul className="divide-y">
      {sessions.map((session) => (
        <li key={session.id} className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-sm">
          <span className="min-w-0 flex-1 truncate" title={session.agent}>
            {browserOf(session.agent)} <span className="text-soft">from {session.address}</span>
          </span>
          {session.current ? <Mark tone="good">this one</Mark> : null}
          <span className="text-soft">
            since <RelativeTime at={session.created_at} />, seen <RelativeTime at={session.renewed_at} />
          </span>
          {onEnd === undefined ? null : (
            <Button small aria-label={`End the session from ${session.address}`} onClick={() => onEnd(session)}>
              End
            </Button>
          )}
        </li>
      ))}
    </ul>
  );

/** `Firefox on Linux`, as far as a browser says it; else what it says. */
function browserOf(agent: string): string {
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) => agent.includes(`${name}/`));
  const system = ['Windows', 'Android', 'iPhone', 'Mac OS', 'Linux'].find((name) => agent.includes(name));
  const name = browser === 'Edg' ? 'Edge' : browser === 'OPR' ? 'Opera' : browser;
  if (name === undefined) return agent === '' ? 'unknown' : agent;
  return system === undefined ? name : `${name} on ${system}`;
}
