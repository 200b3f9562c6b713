import type { Attempt, RunStep } from '@millrace/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Duration } from '../../../components/duration.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { SelectField } from '../../../components/select-field.tsx';
import { StatusText } from '../../../components/status.tsx';
import { type Column, Table } from '../../../components/table.tsx';
import { itemsQuery } from '../queries.ts';

const columns: readonly Column<Attempt>[] = [
  { id: 'item', header: 'Item', width: '6rem', cell: ({ item }) => <span className="font-medium">{item}</span> },
  {
    id: 'status',
    header: 'Status',
    cell: ({ status, reason, error, attempt, waits_for }) => (
      <span title={error?.message}>
        <StatusText
          status={status}
          reason={[reason ?? waits_for, attempt > 1 ? `attempt ${attempt}` : null].filter(Boolean).join(', ') || null}
        />
      </span>
    ),
  },
  {
    id: 'took',
    header: 'Took',
    width: '6rem',
    align: 'right',
    cell: ({ started_at, ended_at }) => <Duration from={started_at} to={ended_at} />,
  },
];

const choices = [
  'failed',
  'timed_out',
  'running',
  'ready',
  'waiting',
  'succeeded',
  'cancelled',
  'skipped',
] as const satisfies readonly RunStep['status'][];

/** The items of a for-each step; more are read while one scrolls. */
export function ItemsTab({ run, step, onOpen }: { run: string; step: string; onOpen: (item: number) => void }) {
  const [status, setStatus] = useState<RunStep['status'] | null>(null);
  const query = useInfiniteQuery(itemsQuery(run, step, status));
  return (
    <div>
      <div className="flex items-center gap-2 border-b p-2">
        <SelectField
          label="Status of the items"
          hideLabel
          className="w-40"
          value={status ?? ''}
          options={[['', 'Any status'], ...choices.map((one) => [one, one.replace('_', ' ')] as const)]}
          onChange={(next) => setStatus(choices.find((one) => one === next) ?? null)}
        />
        <GoToItem onOpen={onOpen} />
      </div>
      <QueryView query={query} what="items">
        {({ pages }) => {
          const rows = pages.flatMap(({ items }) => items).filter(({ item }) => item >= 0);
          return rows.length === 0 ? (
            <p className="p-4 text-soft text-sm">
              {status === null ? 'No item has begun.' : 'No item has this status.'}
            </p>
          ) : (
            <Table
              label="Items"
              rows={rows}
              columns={columns}
              rowId={({ item, iteration }) => `${iteration}/${item}`}
              onOpen={({ item }) => onOpen(item)}
              onEnd={() => {
                if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
              }}
            />
          );
        }}
      </QueryView>
    </div>
  );
}

function GoToItem({ onOpen }: { onOpen: (item: number) => void }) {
  const [text, setText] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (/^\d+$/.test(text)) onOpen(Number(text));
      }}
    >
      <input
        aria-label="Go to item"
        placeholder="Item number"
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="h-8 w-32 rounded-md border border-line-strong bg-surface px-2 text-sm placeholder:text-faint"
      />
    </form>
  );
}
