// What a view shows when it cannot show what it is for: it loads, there is nothing, it failed, it is not allowed, it is old.
import { ApiError } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CloudOff, Lock, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { recoverSession } from '../api/session.ts';
import { Button, buttonClass } from './button.tsx';
import { useNow } from './clock.tsx';
import { CommandLine } from './code-view.tsx';
import { errorText } from './error-text.ts';
import { relativeText } from './times.ts';

/** Grey bars in the place of rows. `what` is read out: `Loading runs`. */
export function Skeleton({ what, rows = 6 }: { what: string; rows?: number }) {
  return (
    <div role="status" aria-label={`Loading ${what}`} className="space-y-2 p-4">
      {Array.from({ length: rows }, (_, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
          key={index}
          className="h-6 animate-pulse rounded-md bg-idle-ground"
          style={{ width: `${92 - ((index * 17) % 40)}%` }}
        />
      ))}
      <span className="sr-only">Loading {what}</span>
    </div>
  );
}

function State({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-lg flex-col items-center gap-3 px-4 py-12 text-center">
      <div className="text-faint [&_svg]:size-6">{icon}</div>
      <h2 className="font-semibold text-lg">{title}</h2>
      <div className="w-full space-y-3 text-soft text-sm">{children}</div>
    </div>
  );
}

/** Nothing is there. Says what to do next; with a command to copy where there is one. */
export function Empty({
  icon,
  title,
  children,
  command,
}: {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  command?: string;
}) {
  return (
    <State icon={icon} title={title}>
      <div>{children}</div>
      {command === undefined ? null : (
        <div className="text-left text-text">
          <CommandLine text={command} />
        </div>
      )}
    </State>
  );
}

export function NotFound({ what, children }: { what: string; children?: ReactNode }) {
  return (
    <State icon={<SearchX />} title={`There is no such ${what}`}>
      <p>{children ?? 'It may have been removed, or the address is mistyped.'}</p>
      <Link to="/" className={buttonClass()}>
        Go home
      </Link>
    </State>
  );
}

/** A read that failed: by its reason, who can do what about it. */
export function Failure({ error, what, onRetry }: { error: unknown; what: string; onRetry: () => void }) {
  if (error instanceof ApiError && error.status === 401) return <Unknown error={error} />;
  if (error instanceof ApiError && error.status === 403) {
    return (
      <State icon={<Lock />} title={`You may not see ${what}`}>
        <p>{errorText(error)}</p>
        {error.hint === null ? <p>Whoever may change roles on this server can grant it.</p> : null}
      </State>
    );
  }
  if (error instanceof ApiError && error.status === 404) return <NotFound what={what}>{errorText(error)}</NotFound>;
  const unreachable = isAway(error);
  return (
    <State
      icon={unreachable ? <CloudOff /> : <CircleAlert />}
      title={unreachable ? 'The server does not answer' : `Cannot show ${what}`}
    >
      <p>
        {unreachable
          ? `This page keeps trying. ${window.location.origin} may be restarting, or the network may be gone.`
          : errorText(error)}
      </p>
      {error instanceof ApiError && error.requestId !== null ? (
        <p className="text-xs">Request {error.requestId} in the server's log.</p>
      ) : null}
      <Button onClick={onRetry}>Try again</Button>
    </State>
  );
}

/** The server does not know who asks, and did not learn it by signing in. */
const Unknown = ({ error }: { error: unknown }) => (
  <State icon={<Lock />} title="The server does not know who you are">
    <p>{errorText(error)}</p>
    <Button look="primary" onClick={() => void recoverSession().then(() => window.location.reload())}>
      Sign in
    </Button>
  </State>
);

/** Above what is shown from before, while reading it again fails. */
export function Stale({ at, error }: { at: number; error: unknown }) {
  const now = useNow();
  return (
    <div role="status" className="flex items-center gap-2 border-b bg-wait-ground px-4 py-1.5 text-sm text-wait">
      <CloudOff aria-hidden className="size-4" />
      <span>
        As of {relativeText(at, now)}: {isAway(error) ? 'the server does not answer.' : errorText(error)} Trying again.
      </span>
    </div>
  );
}

const isAway = (error: unknown): boolean => error instanceof ApiError && error.status === 0;

/** The fault of a page itself. */
export function PageCrash({ error }: { error: unknown }) {
  return (
    <State icon={<CircleAlert />} title="This page failed">
      <p>{errorText(error)}</p>
      <p>That is a fault of Millrace, not of yours. What you see elsewhere is not touched by it.</p>
      <Button onClick={() => window.location.reload()}>Load it again</Button>
    </State>
  );
}
