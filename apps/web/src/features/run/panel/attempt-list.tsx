import type { Attempt } from '@millrace/api';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { Duration } from '../../../components/duration.tsx';
import { Fact, Facts } from '../../../components/facts.tsx';
import { FaultNote } from '../../../components/fault-note.tsx';
import { JsonView } from '../../../components/json-tree.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { ShortId } from '../../../components/short-id.tsx';
import { StatusText } from '../../../components/status.tsx';

/** Attempts of one step or item, the latest first; each opens in place. */
export function AttemptList({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <ul className="divide-y">
      {attempts.toReversed().map((attempt) => (
        <Entry key={`${attempt.iteration}/${attempt.attempt}`} attempt={attempt} />
      ))}
    </ul>
  );
}

function Entry({ attempt }: { attempt: Attempt }) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="focus-row flex min-h-10 w-full items-center gap-3 px-4 text-left text-sm hover:bg-hover"
      >
        <ChevronRight aria-hidden className={`size-4 text-faint transition-transform ${open ? 'rotate-90' : ''}`} />
        <span className="w-32">
          {attempt.iteration > 0 ? `Iteration ${attempt.iteration + 1}, ` : ''}
          {attempt.iteration > 0 ? 'attempt' : 'Attempt'} {attempt.attempt}
        </span>
        <StatusText status={attempt.status} reason={attempt.reason ?? attempt.waits_for} />
        <span className="ml-auto">
          <Duration from={attempt.started_at} to={attempt.ended_at} />
        </span>
      </button>
      {open ? (
        <div className="space-y-4 px-4 pb-4">
          <Facts>
            <Fact name="Ready">
              <RelativeTime at={attempt.ready_at} />
            </Fact>
            <Fact name="Began">
              <RelativeTime at={attempt.started_at} />
            </Fact>
            <Fact name="Waited">
              {attempt.started_at === null ? null : <Duration from={attempt.ready_at} to={attempt.started_at} />}
            </Fact>
            {attempt.worker === null ? null : (
              <Fact name="Worker">
                <ShortId id={attempt.worker} />
              </Fact>
            )}
            {attempt.due_at === null ? null : (
              <Fact name="Due">
                <RelativeTime at={attempt.due_at} />
              </Fact>
            )}
          </Facts>
          {attempt.error === null ? null : <FaultNote fault={attempt.error} />}
          {attempt.input === null ? null : <JsonView name="Input" value={attempt.input} />}
          {attempt.output === null ? null : <JsonView name="Output" value={attempt.output} />}
        </div>
      ) : null}
    </li>
  );
}
