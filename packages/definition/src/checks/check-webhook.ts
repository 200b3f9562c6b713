import { secretReference, type WebhookDefinition } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { placeAtPath, type SourceNode } from '../yaml/source-node.ts';

/** Checks that a webhook's secret is one, and that no key is idle. */
export function checkWebhook(
  { secret, signature, mode, methods }: WebhookDefinition,
  { name, node }: Readonly<{ name: string; node: SourceNode }>,
  report: Report,
): void {
  const owner = `Trigger \`${name}\``;
  const useless = (key: string, why: string) => {
    if (node.kind !== 'map' || !node.entries.has(key)) return;
    const message = `${owner}: \`${key}\` does nothing ${why}.`;
    report({ code: 'useless_key', message, at: placeAtPath(node, [key]) });
  };
  if (secret === undefined) {
    report({
      code: 'open_webhook',
      message: `${owner} has no \`secret\`: whoever knows its address may start runs.`,
      hint: 'Add `secret: "{{ secrets.NAME }}"`, and `signature` for the sender that you expect.',
      at: placeAtPath(node, ['type']),
    });
    useless('signature', 'without `secret`');
  } else if (secretReference(secret) === null) {
    report({
      code: 'secret_in_clear',
      message: `${owner}: \`secret\` must be exactly \`{{ secrets.NAME }}\`, so that its value stays out of the files.`,
      hint: 'Give the value to the server as MILLRACE_SECRET_<NAME>, or in its secrets file.',
      at: placeAtPath(node, ['secret']),
    });
  }
  const timed = signature === 'generic' || signature === 'slack' || signature === 'stripe';
  if (!timed) useless('tolerance', 'here: such requests carry no time');
  if (mode === 'async') useless('timeout', 'without `mode: sync`');
  if (signature !== null && signature !== 'token' && methods.includes('GET')) {
    report({
      code: 'invalid_value',
      message: `${owner}: \`methods\` cannot have GET, because requests with \`signature: ${signature}\` are POST.`,
      hint: 'Use `signature: token` for GET.',
      at: placeAtPath(node, ['methods']),
    });
  }
}
