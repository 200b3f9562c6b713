import type { DeliveryDetail } from '@millrace/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { RotateCcw } from 'lucide-react';
import { api } from '../../api/client.ts';
import { by } from '../../app/my-name.ts';
import { Button } from '../../components/button.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { JsonView } from '../../components/json-tree.tsx';
import { linkClass, textLinkClass } from '../../components/link-class.ts';
import { Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { RunLink } from '../../components/run-link.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { OutcomeMark } from '../webhooks/webhook-columns.tsx';

/** One request to a webhook: what was in it, what became of it, and the way to deliver it again. */
export function DeliveryPage() {
  const { delivery: id } = useParams({ from: '/webhooks/deliveries/$delivery' });
  const query = useQuery({
    queryKey: ['delivery', id],
    queryFn: ({ signal }) => api.webhooks.delivery(id, { signal }),
  });
  return (
    <Page
      title={`Delivery ${id}`}
      {...(query.data === undefined ? {} : { heading: <Heading delivery={query.data} /> })}
      actions={query.data?.kept === true ? <Redeliver delivery={query.data} /> : undefined}
    >
      <QueryView query={query} what="delivery">
        {({ content, kept }) => (
          <>
            <Section title="What was in it">
              <div className="p-4">
                {kept && content.body !== null ? (
                  <Body text={content.body} type={content.content_type} />
                ) : (
                  <p className="text-soft text-sm">Its body was not kept, so it cannot be delivered again.</p>
                )}
              </div>
            </Section>
            <Section title="Headers, without those that carry secrets">
              <Pairs pairs={content.headers} none="It had none." />
            </Section>
            {Object.keys(content.query).length === 0 ? null : (
              <Section title="Query">
                <Pairs pairs={content.query} none="" />
              </Section>
            )}
          </>
        )}
      </QueryView>
    </Page>
  );
}

function Heading({ delivery }: { delivery: DeliveryDetail }) {
  return (
    <div className="space-y-2">
      <div className="flex items-center gap-3">
        <h1 className="font-semibold text-xl">
          Delivery <span className="text-faint">{delivery.id}</span>
        </h1>
        <OutcomeMark outcome={delivery.outcome} />
      </div>
      <p className="text-soft text-sm">{delivery.message}</p>
      <Facts>
        <Fact name="Webhook">
          <Link
            to="/webhooks"
            search={{ workspace: delivery.workspace, webhook: delivery.webhook }}
            className={linkClass}
          >
            {delivery.webhook}
          </Link>
        </Fact>
        <Fact name="Received">
          <RelativeTime at={delivery.received_at} /> from {delivery.remote}
        </Fact>
        {delivery.run === null ? null : (
          <Fact name="Run">
            <RunLink run={delivery.run} />
          </Fact>
        )}
        {delivery.delivery_id === null ? null : (
          <Fact name="The sender calls it">
            <code className="font-mono text-xs">{delivery.delivery_id}</code>
          </Fact>
        )}
        {delivery.redelivery_of === null ? null : (
          <Fact name="Delivered again">
            by {delivery.by ?? 'somebody'}, as{' '}
            <Link
              to="/webhooks/deliveries/$delivery"
              params={{ delivery: delivery.redelivery_of }}
              className={textLinkClass}
            >
              delivery {delivery.redelivery_of}
            </Link>
          </Fact>
        )}
      </Facts>
    </div>
  );
}

function Redeliver({ delivery }: { delivery: DeliveryDetail }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const again = useMutation({
    mutationFn: () => api.webhooks.redeliver(delivery.id, by()),
    onSuccess: ({ id, delivery: made }) => {
      void queries.invalidateQueries({ queryKey: ['deliveries'] });
      toast({
        text: `It started run ${id}`,
        action: { label: 'Show it', run: () => void navigate({ to: '/runs/$run', params: { run: id } }) },
      });
      void navigate({ to: '/webhooks/deliveries/$delivery', params: { delivery: made } });
    },
    onError: useErrorToast('It was not delivered again'),
  });
  return (
    <Button look="primary" needs="webhook:start" disabled={again.isPending} onClick={() => again.mutate()}>
      <RotateCcw aria-hidden />
      Deliver again
    </Button>
  );
}

const Body = ({ text, type }: { text: string; type: string }) => (
  <JsonView name="Body" value={(type.includes('json') ? parsed(text) : undefined) ?? text} />
);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // it was refused for that; it is shown as it came
  }
}

function Pairs({ pairs, none }: { pairs: Readonly<Record<string, string>>; none: string }) {
  const entries = Object.entries(pairs);
  if (entries.length === 0) return <p className="p-4 text-soft text-sm">{none}</p>;
  return (
    <dl className="divide-y font-mono text-xs">
      {entries.map(([name, value]) => (
        <div key={name} className="flex gap-4 px-4 py-1.5">
          <dt className="w-48 shrink-0 break-words text-soft">{name}</dt>
          <dd className="min-w-0 break-all">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
