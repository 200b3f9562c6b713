import type { Schedule, Webhook, Workflow } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CalendarClock, type LucideIcon, Webhook as WebhookIcon, Zap } from 'lucide-react';
import type { ReactNode } from 'react';
import { CopyButton } from '../../components/copy-button.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { Section } from '../../components/page.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { timesText } from '../schedules/times-text.ts';
import { workflowSchedulesQuery, workflowWebhooksQuery } from './queries.ts';

type Trigger = Workflow['triggers'][number];

/** What starts it by itself. Nothing is shown for a workflow that only people start. */
export function WorkflowTriggers({ workflow }: { workflow: Workflow }) {
  const named = { workspace: workflow.workspace, workflow: workflow.name };
  const has = (type: string) => workflow.triggers.some((trigger) => trigger.type === type);
  const schedules = useQuery({ ...workflowSchedulesQuery(named), enabled: has('schedule'), refetchInterval: 30_000 });
  const webhooks = useQuery({ ...workflowWebhooksQuery(named), enabled: has('webhook') });
  if (workflow.triggers.length === 0) return null;
  return (
    <Section title="Triggers">
      <ul className="divide-y">
        {workflow.triggers.map((trigger) => (
          <li key={trigger.name} className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-sm">
            <TriggerText
              trigger={trigger}
              schedule={schedules.data?.items.find(({ name }) => name === trigger.name)}
              webhook={webhooks.data?.items.find(({ name }) => name === trigger.name)}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function TriggerText({
  trigger,
  schedule,
  webhook,
}: {
  trigger: Trigger;
  schedule: Schedule | undefined;
  webhook: Webhook | undefined;
}) {
  if (schedule !== undefined) {
    return (
      <Row
        icon={CalendarClock}
        enabled={schedule.enabled}
        name={
          <Link
            to="/schedules/$workspace/$schedule"
            params={{ workspace: schedule.workspace, schedule: schedule.name }}
            className={linkClass}
          >
            {schedule.name}
          </Link>
        }
      >
        <code className="font-mono text-xs">{timesText(schedule)}</code>
        <span className="text-faint">{schedule.timezone}</span>
        {schedule.next_fire_at === null ? null : (
          <span className="text-soft">
            next <RelativeTime at={schedule.next_fire_at} />
          </span>
        )}
      </Row>
    );
  }
  if (webhook !== undefined) {
    return (
      <Row
        icon={WebhookIcon}
        enabled={webhook.enabled}
        name={
          <Link to="/webhooks" search={{ workspace: webhook.workspace, webhook: webhook.name }} className={linkClass}>
            {webhook.name}
          </Link>
        }
      >
        <code className="font-mono text-xs">
          {webhook.methods.join(', ')} {webhook.path}
        </code>
        <CopyButton text={`${window.location.origin}${webhook.path}`} label="Copy the address" />
      </Row>
    );
  }
  const event = trigger.definition.event;
  return (
    <Row icon={Zap} name={trigger.name} enabled={trigger.enabled}>
      <span className="text-soft">{trigger.type}</span>
      {typeof event === 'string' ? (
        <Link to="/events" search={{ type: event }} className={`font-mono text-xs ${linkClass}`}>
          {event}
        </Link>
      ) : null}
    </Row>
  );
}

function Row({
  icon: Icon,
  name,
  enabled,
  children,
}: {
  icon: LucideIcon;
  name: ReactNode;
  enabled: boolean;
  children: ReactNode;
}) {
  return (
    <>
      <Icon aria-hidden className="size-4 text-faint" />
      <span className="font-medium">{name}</span>
      {children}
      {enabled ? null : <Mark tone="idle">disabled</Mark>}
    </>
  );
}
