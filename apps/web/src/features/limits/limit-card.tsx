import type { Limit } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { Meter } from '../../components/meter.tsx';
import { Card } from '../../components/page.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';

type Position = Limit['holders'][number] & Partial<Limit['waiters'][number]>;

const kinds: Readonly<Record<Limit['kind'], string>> = { concurrency: 'concurrency', queue: 'queue', rate: 'rate' };

/** One limit: how much of it is taken, by whom, and who stands in line. */
export function LimitCard({ limit }: { limit: Limit }) {
  return (
    <Card>
      <article aria-label={`Limit ${limit.key}`} className="space-y-3 p-4">
        <div className="flex flex-wrap items-center gap-3">
          <h3 className="min-w-0 break-words font-semibold">{limit.key}</h3>
          <Mark tone="idle">{kinds[limit.kind]}</Mark>
          <span className="text-faint text-sm">{limit.workspace}</span>
        </div>
        <Meter label={`Limit ${limit.key}`} used={limit.held} of={limit.limit} />
        {limit.per === null ? null : (
          <p className="text-soft text-sm">
            {limit.limit} may begin within {limit.per}.
            {limit.free_at === null ? null : (
              <>
                {' '}
                It has room again <RelativeTime at={limit.free_at} />.
              </>
            )}
          </p>
        )}
        <div className="grid gap-4 lg:grid-cols-2">
          <Positions title={limit.kind === 'rate' ? 'Began' : 'Hold it'} count={limit.held} positions={limit.holders} />
          <Positions title="Wait for it" count={limit.waiting} positions={limit.waiters} />
        </div>
      </article>
    </Card>
  );
}

function Positions({ title, count, positions }: { title: string; count: number; positions: readonly Position[] }) {
  return (
    <section aria-label={title}>
      <h4 className="mb-1 font-medium text-sm">
        {title} <span className="text-faint">{count}</span>
      </h4>
      {positions.length === 0 ? (
        <p className="text-soft text-sm">Nobody.</p>
      ) : (
        <ol className="max-h-64 divide-y overflow-y-auto text-sm">
          {positions.map((position) => (
            <li key={JSON.stringify(position)} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
              <Link
                to="/runs/$run"
                params={{ run: position.run }}
                search={position.step === null ? {} : { step: position.step }}
                className={linkClass}
              >
                run {position.run}
                {position.step === null ? '' : `, ${position.step}`}
                {position.item < 0 ? '' : `[${position.item}]`}
              </Link>
              <span className="text-soft">{position.workflow}</span>
              {position.priority === undefined || position.priority === 0 ? null : (
                <span className="text-soft">priority {position.priority}</span>
              )}
              <span className="ml-auto text-soft">
                since <RelativeTime at={position.since} />
              </span>
            </li>
          ))}
        </ol>
      )}
      {count > positions.length ? <p className="text-faint text-xs">The first {positions.length} are shown.</p> : null}
    </section>
  );
}
