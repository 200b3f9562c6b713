import { renderText } from '@millrace/expression';
import { FaultError } from '../plan/expression-fault.ts';
import type { PreparedStep } from '../plan/prepared-plan.ts';
import { sha256 } from '../values/sha256.ts';
import { type Deciding, faultAt } from './deciding.ts';
import type { CachedOutput, RunOrigin, WorkDocument } from './records.ts';
import type { scopeFor } from './scope.ts';

/** A longer key is most likely a value that was meant to be hashed. */
const longestKey = 1_000;

/** The key of a step's `cache`, rendered. Throws a `FaultError` with its place. */
export function renderCacheKey(decision: Deciding, step: PreparedStep, scope: ReturnType<typeof scopeFor>): string {
  const { cache } = step;
  if (cache === null) throw new Error(`Step ${step.plan.name} has no cache.`);
  const key = renderText(cache.key.evaluate(scope));
  if (key.trim() !== '' && key.length <= longestKey) return key;
  const problem = key.length > longestKey ? `is ${key.length} characters long` : 'is empty';
  const fault = {
    code: 'invalid_cache_key',
    message: `The key of \`cache\` ${problem}; 1 to ${longestKey} characters are expected.`,
    hint: 'Name what the output depends on, long values by their hash: {{ input.query | sha256 }}.',
    retryable: false,
  };
  throw new FaultError(faultAt(decision, step.plan.index, 'cache/key', fault));
}

/**
 * Under which key an output stands in the cache: the rendered one together with the content of the action, so that a changed
 * action does not find what another one gave. null: the step has no `cache`.
 */
export function cacheKeyOf(step: PreparedStep, document: string): Readonly<{ key: string; label: string }> | null {
  if (step.cache === null) return null;
  const { cache: label } = JSON.parse(document) as WorkDocument;
  return label === undefined ? null : { key: sha256(`${step.cache.action}\n${label}`), label };
}

/** What the end of an attempt puts into the cache; null: the step has none. */
export function cachedOutput(
  { workspace, workflow, folder }: RunOrigin,
  step: PreparedStep,
  document: string,
  output: string | null,
): CachedOutput | null {
  const found = cacheKeyOf(step, document);
  const { cache, name } = step.plan;
  if (found === null || cache === null) return null;
  const from = folder === undefined ? { workspace, workflow } : { workspace, workflow, folder };
  return { ...from, ...found, step: name, output, ttlMs: cache.ttlMs };
}
