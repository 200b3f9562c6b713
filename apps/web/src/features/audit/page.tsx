import type { AuditEntry } from '@millrace/api';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ScrollText, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { DownloadLink } from '../../components/download-link.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { NameField } from '../../components/name-field.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { Table } from '../../components/table.tsx';
import { spans } from '../runs/search.ts';
import { SpanField } from '../runs/span-field.tsx';
import { auditColumns } from './audit-columns.tsx';
import { EntryDialog } from './entry-dialog.tsx';
import { type AuditSearch, auditOutcomes } from './search.ts';
import { VerifyDialog } from './verify-dialog.tsx';

const auditQuery = ({ within, entry: _entry, ...filter }: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter, within ?? null],
    queryFn: ({ pageParam, signal }) =>
      api.audit.list(
        {
          ...filter,
          limit: 50,
          ...(within === undefined ? {} : { since: new Date(Date.now() - spans[within] * 3_600_000).toISOString() }),
          ...(pageParam === null ? {} : { after: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** Who changed what, and who was refused: chained, so that nobody can take anything out unseen. */
export function AuditPage() {
  const search = useSearch({ from: '/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const query = useInfiniteQuery({ ...auditQuery(search), refetchInterval: 15_000 });
  const [verifying, setVerifying] = useState(false);
  const open = (entry: AuditEntry | null) =>
    void navigate({
      search: (before) => ({ ...before, entry: entry === null ? undefined : String(entry.number) }),
      resetScroll: false,
    });
  return (
    <Page
      title="Audit"
      actions={
        <>
          <DownloadLink url="/api/v1/audit/export" name="audit.ndjson" label="Export the audit log" text="Export" />
          <Button onClick={() => setVerifying(true)}>
            <ShieldCheck aria-hidden />
            Verify
          </Button>
        </>
      }
    >
      <Filters search={search} />
      <Card>
        <QueryView query={query} what="the audit log">
          {({ pages }) => {
            const rows = pages.flatMap(({ items }) => items);
            return rows.length === 0 ? (
              <Empty icon={<ScrollText />} title="No entry">
                Each operation that changes something stands here, and each that was refused.
              </Empty>
            ) : (
              <>
                <Table
                  label="Audit"
                  rows={rows}
                  columns={auditColumns}
                  rowId={({ number }) => String(number)}
                  onOpen={open}
                />
                <MoreButton query={query} />
                <EntryDialog
                  entry={rows.find(({ number }) => String(number) === search.entry) ?? null}
                  onClose={() => open(null)}
                />
              </>
            );
          }}
        </QueryView>
      </Card>
      {verifying ? <VerifyDialog onClose={() => setVerifying(false)} /> : null}
    </Page>
  );
}

function Filters({ search }: { search: AuditSearch }) {
  const navigate = useNavigate({ from: '/audit' });
  const change = (next: Readonly<Partial<Record<keyof AuditSearch, string | undefined>>>) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as AuditSearch, replace: true });
  return (
    <div className="flex flex-wrap items-center gap-2">
      {(['actor', 'operation', 'object'] as const).map((name) => (
        <NameField
          key={name}
          label={{ actor: 'Who', operation: 'Operation', object: 'Object' }[name]}
          value={search[name] ?? ''}
          onChange={(value) => change({ [name]: value || undefined })}
        />
      ))}
      <SelectField
        label="Outcome"
        hideLabel
        className="w-36"
        value={search.outcome ?? ''}
        options={[['', 'Any outcome'], ...auditOutcomes.map((one) => [one, one] as const)]}
        onChange={(outcome) => change({ outcome: outcome || undefined })}
      />
      <SpanField label="Within" value={search.within} onChange={(within) => change({ within })} />
    </div>
  );
}
