import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Database, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { countText } from '../../components/count-text.ts';
import { Dialog } from '../../components/dialog.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { NameField } from '../../components/name-field.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { Table } from '../../components/table.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { cacheColumns } from './cache-columns.tsx';
import type { CacheSearch } from './search.ts';

const cacheQuery = (search: CacheSearch) =>
  infiniteQueryOptions({
    queryKey: ['cache', search],
    queryFn: ({ pageParam, signal }) =>
      api.cache.list({ ...search, limit: 50, ...(pageParam === null ? {} : { after: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** Outputs of steps that later runs take over instead of doing the same again. */
export function CachePage() {
  const search = useSearch({ from: '/cache' });
  const query = useInfiniteQuery(cacheQuery(search));
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Page title="Cache" actions={rows.length === 0 ? undefined : <Clear search={search} />}>
      <Filters search={search} />
      <Card>
        <QueryView query={query} what="the cache">
          {() =>
            rows.length === 0 ? (
              <NothingCached search={search} />
            ) : (
              <>
                <Table
                  label="Cache"
                  rows={rows}
                  columns={cacheColumns}
                  rowId={({ workspace, hash }) => `${workspace}/${hash}`}
                />
                <MoreButton query={query} />
              </>
            )
          }
        </QueryView>
      </Card>
    </Page>
  );
}

const filterNames = ['workflow', 'step', 'key'] as const;
const filterLabels = { workflow: 'Workflow', step: 'Step', key: 'Key' } as const;

function Filters({ search }: { search: CacheSearch }) {
  const navigate = useNavigate({ from: '/cache' });
  return (
    <div className="flex flex-wrap items-center gap-2">
      {filterNames.map((name) => (
        <NameField
          key={name}
          label={filterLabels[name]}
          value={search[name] ?? ''}
          onChange={(value) =>
            void navigate({
              search: (before) => ({ ...before, [name]: value || undefined }) as CacheSearch,
              replace: true,
            })
          }
        />
      ))}
    </div>
  );
}

/** Removes what the filter means, after saying what that is: there is no way back but running the steps again. */
function Clear({ search }: { search: CacheSearch }) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const toast = useToast();
  const clear = useMutation({
    mutationFn: () => api.cache.clear(search),
    onSuccess: ({ removed }) => {
      setAsking(false);
      toast({ text: `${countText(removed, 'output was', 'outputs were')} removed` });
      void queries.invalidateQueries({ queryKey: ['cache'] });
    },
    onError: useErrorToast('The cache was not cleared'),
  });
  const filters = Object.entries(search).filter(([, value]) => value !== undefined);
  return (
    <>
      <Button look="danger" needs="cache:change" onClick={() => setAsking(true)}>
        <Trash2 aria-hidden />
        {filters.length === 0 ? 'Clear' : 'Clear these'}
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Clear the cache"
        description={
          filters.length === 0
            ? 'Every output of every workspace is removed. Steps that look for them run again.'
            : `Outputs of ${filters.map(([name, value]) => `${name} ${value}`).join(', ')} are removed. Steps that look for them run again.`
        }
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setAsking(false)}>Keep them</Button>
          <Button look="danger" disabled={clear.isPending} onClick={() => clear.mutate()}>
            Remove them
          </Button>
        </div>
      </Dialog>
    </>
  );
}

function NothingCached({ search }: { search: CacheSearch }) {
  return filterNames.some((name) => search[name] !== undefined) ? (
    <Empty icon={<Database />} title="No output matches">
      Workflow, step and key must be given exactly.
    </Empty>
  ) : (
    <Empty icon={<Database />} title="The cache is empty">
      A step with <code>cache: {'{ key, ttl }'}</code> puts its output here when it succeeds.
    </Empty>
  );
}
