import type { Delivery, Webhook } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import { CopyButton } from '../../components/copy-button.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { RunLink } from '../../components/run-link.tsx';
import type { Tone } from '../../components/status.tsx';
import type { Column } from '../../components/table.tsx';
import { WorkflowLink } from '../workflows/workflow-link.tsx';

export const webhookColumns: readonly Column<Webhook>[] = [
  {
    id: 'name',
    header: 'Webhook',
    width: '12rem',
    cell: ({ name, workspace, description, enabled }) => (
      <span className="inline-flex items-center gap-2">
        <Link
          to="/webhooks"
          search={{ workspace, webhook: name }}
          title={description ?? 'Its deliveries'}
          className={`font-medium ${linkClass}`}
        >
          {name}
        </Link>
        {enabled ? null : <Mark tone="idle">disabled</Mark>}
      </span>
    ),
  },
  {
    id: 'address',
    header: 'Address',
    cell: ({ path, methods }) => (
      <span className="flex items-center gap-1">
        <code className="truncate font-mono text-xs" title={`${window.location.origin}${path}`}>
          {methods.join(', ')} {path}
        </code>
        <CopyButton text={`${window.location.origin}${path}`} label="Copy the address" />
      </span>
    ),
  },
  {
    id: 'workflow',
    header: 'Starts',
    width: '12rem',
    from: 'sm',
    cell: ({ workspace, workflow }) => <WorkflowLink workspace={workspace} name={workflow} />,
  },
  {
    id: 'proof',
    header: 'Proof',
    width: '13rem',
    from: 'md',
    cell: ({ signature, secret }) => {
      if (signature === null) return <Mark tone="wait">whoever knows the address</Mark>;
      return (
        <span className="inline-flex items-center gap-2" title={secret === null ? undefined : `secret ${secret.name}`}>
          {signature}
          {secret?.known === false ? <Mark tone="bad">secret {secret.name} is missing</Mark> : null}
        </span>
      );
    },
  },
  {
    id: 'mode',
    header: 'Answers',
    width: '7rem',
    from: 'lg',
    cell: ({ mode }) => (mode === 'sync' ? 'with the output' : 'at once'),
  },
];

const tones: Readonly<Record<Delivery['outcome'], Tone>> = {
  accepted: 'good',
  duplicate: 'idle',
  ignored: 'idle',
  refused: 'bad',
};

export const OutcomeMark = ({ outcome }: Pick<Delivery, 'outcome'>) => <Mark tone={tones[outcome]}>{outcome}</Mark>;

export const deliveryColumns: readonly Column<Delivery>[] = [
  {
    id: 'delivery',
    header: 'Delivery',
    width: '6rem',
    cell: ({ id }) => (
      <Link to="/webhooks/deliveries/$delivery" params={{ delivery: id }} className={`font-medium ${linkClass}`}>
        {id}
      </Link>
    ),
  },
  { id: 'outcome', header: 'Outcome', width: '7rem', cell: (delivery) => <OutcomeMark outcome={delivery.outcome} /> },
  {
    id: 'webhook',
    header: 'Webhook',
    width: '10rem',
    from: 'sm',
    cell: ({ workspace, webhook }) => (
      <span title={`${workspace}/${webhook}`}>
        {webhook} <span className="text-faint">{workspace}</span>
      </span>
    ),
  },
  {
    id: 'message',
    header: 'What became of it',
    from: 'md',
    cell: ({ message, by }) => (
      <span className="text-soft" title={message}>
        {message}
        {by === null ? '' : ` Delivered again by ${by}.`}
      </span>
    ),
  },
  { id: 'run', header: 'Run', width: '6rem', cell: ({ run }) => <RunLink run={run} /> },
  {
    id: 'received',
    header: 'Received',
    width: '7rem',
    align: 'right',
    cell: ({ received_at }) => <RelativeTime at={received_at} />,
  },
];
