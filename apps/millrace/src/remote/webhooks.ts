import { type Delivery, deliveryOutcomes } from '@millrace/api';
import { MillraceError } from '@millrace/core';
import type { RemoteOptions } from '../commands/remote-options.ts';
import type { DeliveryListOptions, RedeliverOptions } from '../commands/webhook.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';
import { serverUrl } from './server-url.ts';

function print(options: RemoteOptions, json: unknown, text: string): ExitCode {
  process.stdout.write(options.json === true ? `${JSON.stringify(json)}\n` : text);
  return exitCodes.ok;
}

export async function listWebhooks(options: RemoteOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const found = await client.webhooks.list(namedWorkspace === null ? {} : { workspace: namedWorkspace });
  const rows = found.items.map((webhook) => [
    `${webhook.workspace}/${webhook.name}`,
    webhook.workflow,
    webhook.enabled ? (webhook.signature ?? 'open to all') : 'disabled',
    webhook.mode,
    `${webhook.methods.join(', ')} ${webhook.path}`,
  ]);
  return print(options, found, `${formatTable(['WEBHOOK', 'WORKFLOW', 'SIGNATURE', 'MODE', 'ADDRESS'], rows)}\n`);
}

export async function showWebhook(name: string, options: RemoteOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const webhook = await client.webhooks.get(workspace, name);
  const { secret, signature } = webhook;
  const who =
    secret === null
      ? 'whoever knows the address may call'
      : `signature ${signature}, secret ${secret.name} (${secret.known ? 'known to the server' : 'NOT KNOWN to the server'})`;
  const lines = [
    `${workspace}/${webhook.name}  starts ${webhook.workflow}  ${webhook.enabled ? 'enabled' : 'disabled'}  ${webhook.mode}`,
    ...(webhook.description === null ? [] : [printable(webhook.description)]),
    `${webhook.methods.join(', ')} ${serverUrl(options.url)}${webhook.path}`,
    who,
  ];
  return print(options, webhook, `${lines.join('\n')}\n`);
}

/** A number is the id of a delivery: names do not begin with a digit. */
export async function listDeliveries(which: string | null, options: DeliveryListOptions): Promise<ExitCode> {
  const { client, namedWorkspace, workspace } = connect(options);
  if (which !== null && /^\d+$/.test(which)) {
    const delivery = await client.webhooks.delivery(which);
    const { content } = delivery;
    const headers = Object.entries(content.headers).map(([key, value]) => `${key}: ${printable(value)}`);
    const body = content.body === null ? '(the body was not kept)' : printable(content.body);
    const lines = [describe(delivery).join('  '), printable(delivery.message), '', ...headers, '', body];
    return print(options, delivery, `${lines.join('\n')}\n`);
  }
  const outcome = options.outcome === undefined ? undefined : outcomeOf(options.outcome);
  const scope = which === null ? namedWorkspace : workspace;
  const page = await client.webhooks.deliveries({
    limit: options.limit ?? 20,
    ...(scope === null ? {} : { workspace: scope }),
    ...(which === null ? {} : { webhook: which }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(options.after === undefined ? {} : { after: options.after }),
  });
  const header = ['DELIVERY', 'WEBHOOK', 'RECEIVED', 'OUTCOME', 'RUN', 'MESSAGE'];
  const rows = page.items.map((delivery) => [...describe(delivery), printable(delivery.message)]);
  print(options, page, `${formatTable(header, rows)}\n`);
  if (page.next !== null) process.stderr.write(`More: --after ${page.next}\n`);
  return exitCodes.ok;
}

const describe = (delivery: Delivery): readonly string[] => [
  delivery.id,
  `${delivery.workspace}/${delivery.webhook}`,
  delivery.received_at,
  delivery.reason === null || delivery.reason === delivery.outcome
    ? delivery.outcome
    : `${delivery.outcome}: ${delivery.reason}`,
  delivery.run ?? '',
];

export async function redeliver(delivery: string, options: RedeliverOptions): Promise<ExitCode> {
  const { client } = connect(options);
  const started = await client.webhooks.redeliver(delivery, { by: options.by });
  return print(options, started, `Run ${started.id} was started (delivery ${started.delivery}).\n`);
}

function outcomeOf(text: string) {
  const found = deliveryOutcomes.find((outcome) => outcome === text);
  if (found !== undefined) return found;
  throw new MillraceError('invalid_request', `${JSON.stringify(text)} is no outcome of a delivery.`, {
    hint: `One of: ${deliveryOutcomes.join(', ')}.`,
  });
}
