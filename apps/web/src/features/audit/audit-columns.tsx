import type { AuditEntry } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { Tone } from '../../components/status.tsx';
import type { Column } from '../../components/table.tsx';

const tones: Readonly<Record<AuditEntry['outcome'], Tone>> = { done: 'good', refused: 'bad', failed: 'wait' };

export const OutcomeMark = ({ outcome }: Pick<AuditEntry, 'outcome'>) => <Mark tone={tones[outcome]}>{outcome}</Mark>;

export const auditColumns: readonly Column<AuditEntry>[] = [
  {
    id: 'number',
    header: 'Entry',
    width: '5rem',
    cell: ({ number }) => (
      <Link
        to="."
        search={(before: Readonly<Record<string, unknown>>) => ({ ...before, entry: String(number) })}
        resetScroll={false}
        className={`font-medium ${linkClass}`}
      >
        {number}
      </Link>
    ),
  },
  { id: 'at', header: 'When', width: '7rem', cell: ({ at }) => <RelativeTime at={at} /> },
  {
    id: 'actor',
    header: 'Who',
    width: '10rem',
    cell: ({ actor, address }) => (
      <span title={address === null ? undefined : `from ${address}`}>
        {actor ?? <span className="text-faint">not known</span>}
      </span>
    ),
  },
  {
    id: 'operation',
    header: 'Operation',
    width: '12rem',
    cell: ({ operation, count }) => (
      <>
        <code className="font-mono text-xs">{operation}</code>
        {count > 1 ? <span className="text-faint"> ×{count}</span> : null}
      </>
    ),
  },
  {
    id: 'object',
    header: 'Object',
    from: 'md',
    cell: ({ object }) =>
      object === null ? null : (
        <code className="font-mono text-soft text-xs" title={object}>
          {object}
        </code>
      ),
  },
  {
    id: 'outcome',
    header: 'Outcome',
    width: '14rem',
    from: 'sm',
    cell: ({ outcome, code }) => (
      <>
        <OutcomeMark outcome={outcome} />
        {code === null ? null : <code className="ml-2 font-mono text-faint text-xs">{code}</code>}
      </>
    ),
  },
];
