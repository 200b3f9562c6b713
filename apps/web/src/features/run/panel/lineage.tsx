import type { Run } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { StatusText } from '../../../components/status.tsx';
import { childrenQuery } from '../queries.ts';

/** Where the run comes from, and what came of it: parent, children, re-runs, hooks. */
export function Lineage({ run }: { run: Run }) {
  const children = useQuery(childrenQuery(run.id));
  const rows: { key: string; name: string; id: string | null; rest: ReactNode }[] = [
    ...(run.parent === null ? [] : [{ key: 'parent', name: 'Started by', id: run.parent.run, rest: null }]),
    ...(run.rerun_of === null
      ? []
      : [
          {
            key: 'rerun_of',
            name: 'Re-run of',
            id: run.rerun_of.run,
            rest: <span className="text-soft">from {fromText(run.rerun_of)}</span>,
          },
        ]),
    ...run.reruns.map(({ run: id, status, created_at }) => ({
      key: `rerun ${id}`,
      name: 'Re-run',
      id,
      rest: (
        <>
          <StatusText status={status} /> <RelativeTime at={created_at} />
        </>
      ),
    })),
    ...run.hooks.map(({ hook, action, run: id, status, error }) => ({
      key: `${hook} ${action}`,
      name: hook.replace('on_', 'On '),
      id,
      rest: (
        <>
          <span>{action}</span> {status === null ? null : <StatusText status={status} />}
          {error === null ? null : <span className="text-bad">{error.message}</span>}
        </>
      ),
    })),
    ...(children.data?.items ?? []).slice(0, 50).map((child) => ({
      key: `child ${child.id}`,
      name: 'Child',
      id: child.id,
      rest: (
        <>
          <StatusText status={child.status} /> <span className="text-soft">{child.workflow}</span>
        </>
      ),
    })),
  ];
  if (rows.length === 0) return null;
  return (
    <section aria-label="Other runs">
      <h3 className="mb-2 font-medium text-sm">Other runs</h3>
      <ul className="divide-y text-sm">
        {rows.map(({ key, name, id, rest }) => (
          <li key={key} className="flex flex-wrap items-center gap-x-2 py-1.5">
            <span className="w-20 text-faint">{name}</span>
            {id === null ? null : (
              <Link to="/runs/$run" params={{ run: id }} className="text-accent hover:underline">
                {id}
              </Link>
            )}
            {rest}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** `failed`, `step ship`, `items 3, 4 of build`. */
function fromText({ from }: NonNullable<Run['rerun_of']>): string {
  return from
    .map((point) =>
      typeof point === 'string'
        ? point
        : point.items === undefined
          ? point.step
          : `${point.step}, items ${point.items.join(', ')}`,
    )
    .join('; ');
}
