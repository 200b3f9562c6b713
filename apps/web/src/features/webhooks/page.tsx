import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Inbox, Webhook as WebhookIcon } from 'lucide-react';
import { pollMs } from '../../api/query-client.ts';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { MoreButton } from '../../components/more-button.tsx';
import { NameField } from '../../components/name-field.tsx';
import { Page, Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { Table } from '../../components/table.tsx';
import { deliveriesQuery, webhooksQuery } from './queries.ts';
import { outcomes, type WebhooksSearch } from './search.ts';
import { deliveryColumns, webhookColumns } from './webhook-columns.tsx';

/** Where requests from outside may come in, and what became of those that came. */
export function WebhooksPage() {
  const search = useSearch({ from: '/webhooks' });
  const { workspace } = search;
  const poll = useLiveRefresh({ types: ['workspace'], ...(workspace === undefined ? {} : { workspace }) }, [
    'webhooks',
    'list',
  ]);
  const webhooks = useQuery({ ...webhooksQuery(workspace), refetchInterval: poll });
  return (
    <Page title="Webhooks">
      <Section title="Webhooks">
        <QueryView query={webhooks} what="webhooks" skeletonRows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon={<WebhookIcon />} title="No webhook yet">
                A webhook is a trigger in a YAML file of a workspace: <code>type: webhook</code> with{' '}
                <code>workflow</code>, <code>secret</code> and <code>signature</code>.
              </Empty>
            ) : (
              <Table
                label="Webhooks"
                rows={items}
                columns={webhookColumns}
                rowId={({ workspace: owner, name }) => `${owner}/${name}`}
              />
            )
          }
        </QueryView>
      </Section>
      <Deliveries search={search} />
    </Page>
  );
}

function Deliveries({ search }: { search: WebhooksSearch }) {
  const navigate = useNavigate();
  // No live event tells of a delivery that was refused.
  const query = useInfiniteQuery({ ...deliveriesQuery(search), refetchInterval: pollMs });
  return (
    <Section title="Deliveries" aside={<Filters search={search} />}>
      <QueryView query={query} what="deliveries">
        {({ pages }) => {
          const rows = pages.flatMap(({ items }) => items);
          if (rows.length === 0) return <NoDeliveries search={search} />;
          return (
            <>
              <Table
                label="Deliveries"
                rows={rows}
                columns={deliveryColumns}
                rowId={({ id }) => id}
                onOpen={({ id }) => void navigate({ to: '/webhooks/deliveries/$delivery', params: { delivery: id } })}
              />
              <MoreButton query={query} />
            </>
          );
        }}
      </QueryView>
    </Section>
  );
}

function Filters({ search }: { search: WebhooksSearch }) {
  const navigate = useNavigate({ from: '/webhooks' });
  const change = (next: Readonly<Partial<Record<keyof WebhooksSearch, string | undefined>>>) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as WebhooksSearch, replace: true });
  return (
    <div className="flex items-center gap-2">
      <NameField
        label="Webhook"
        value={search.webhook ?? ''}
        onChange={(webhook) => change({ webhook: webhook || undefined })}
      />
      <SelectField
        label="Outcome"
        hideLabel
        className="w-36"
        value={search.outcome ?? ''}
        options={[['', 'Any outcome'], ...outcomes.map((outcome) => [outcome, outcome] as const)]}
        onChange={(outcome) => change({ outcome: outcome || undefined })}
      />
    </div>
  );
}

function NoDeliveries({ search }: { search: WebhooksSearch }) {
  return search.webhook !== undefined || search.outcome !== undefined ? (
    <Empty icon={<Inbox />} title="No delivery matches">
      Loosen the filters above to see more.
    </Empty>
  ) : (
    <Empty icon={<Inbox />} title="No delivery yet">
      Every request to a webhook appears here, also one that was refused, with the reason.
    </Empty>
  );
}
