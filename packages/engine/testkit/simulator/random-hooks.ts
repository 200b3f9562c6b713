import type { Definitions, HookCall, Hooks, JsonObject } from '@millrace/core';
import type { Random } from './random.ts';

export const noHooks: Hooks = { onSuccess: [], onFailure: [], onCancel: [], onSuspend: [] };

/** What hooks call beside workflows. */
export const hookActions: Definitions['actions'] = {
  tell: {
    name: 'tell',
    input: { kind: 'flat', fields: { n: { type: 'integer' }, text: { type: 'string' } } },
    labels: [],
    tags: [],
    body: { type: 'shell', cmd: '{{ input.text }}' },
  },
};

/** Some cannot be rendered, or are not what the action takes. */
const inputs: readonly JsonObject[] = [
  { text: '{{ run.workflow }} {{ run.status }} {{ hook.reason }}' },
  { n: '{{ run.duration_ms }}' },
  { text: '{{ run.error.message }}' },
  { text: '{{ steps.s0.output.no }}' },
  { n: 'many' },
];

/** `often`: of a thousand hooks, how many call something. */
export function randomHooks(random: Random, often: number, inner: readonly string[]): Hooks {
  const calls = (): readonly HookCall[] => {
    if (!random.chance(often)) return [];
    return Array.from({ length: random.int(1, 2) }, () => {
      const workflow = inner.length > 0 && random.chance(300);
      return workflow ? { action: random.pick(inner), input: {} } : { action: 'tell', input: random.pick(inputs) };
    });
  };
  return { onSuccess: calls(), onFailure: calls(), onCancel: calls(), onSuspend: calls() };
}
