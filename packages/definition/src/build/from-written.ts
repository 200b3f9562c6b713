import type { ConcurrencyLimit, Env, Parameters, RateLimit, Resources, RetryPolicy } from '@millrace/core';
import type { z } from 'zod';
import type { rateLimit, sharedConcurrency } from '../grammar/limits.ts';
import { type flatParameters, isSchemaForm } from '../grammar/parameters.ts';
import type { retry } from '../grammar/retry.ts';
import type { env, resources } from '../grammar/values.ts';
import { parseDuration } from '../values/duration.ts';

// From what the grammar has accepted, as written, to the vocabulary of `core`. Nothing here can fail.

export function milliseconds(written: string): number {
  return parseDuration(written) ?? 0;
}

/** A condition may be written as `true` or `false`; it is kept as an expression. */
export function conditionText(written: string | boolean): string {
  return String(written);
}

export function list<Item>(written: Item | readonly Item[] | undefined): readonly Item[] {
  if (written === undefined) return [];
  return Array.isArray(written) ? (written as readonly Item[]) : [written as Item];
}

export function texts(written: readonly (string | number | boolean)[]): readonly string[] {
  return written.map(String);
}

export function envOf(written: z.output<typeof env>): Env {
  return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, String(value)]));
}

export function resourcesOf(written: z.output<typeof resources>): Resources {
  const { cpu, memory } = written;
  return {
    ...(cpu === undefined ? {} : { cpu: String(cpu) }),
    ...(memory === undefined ? {} : { memory: String(memory) }),
  };
}

export function parametersOf(
  written: z.output<typeof flatParameters> | Readonly<{ schema: unknown }> | undefined,
): Parameters {
  if (written === undefined) return { kind: 'flat', fields: {} };
  if (isSchemaForm(written)) return { kind: 'schema', schema: written.schema };
  return { kind: 'flat', fields: written as z.output<typeof flatParameters> };
}

type SharedConcurrency = z.output<typeof sharedConcurrency>;

export function concurrencyOf(written: SharedConcurrency | readonly SharedConcurrency[]): readonly ConcurrencyLimit[] {
  return list<SharedConcurrency>(written).map(({ key, limit, when_full }) => ({
    key,
    limit: limit ?? 1,
    whenFull: when_full ?? 'queue',
  }));
}

export function rateLimitOf({ key, limit, per }: z.output<typeof rateLimit>): RateLimit {
  return { key, limit, perMs: milliseconds(per) };
}

const hourMs = 3_600_000;

/**
 * The defaults of a retry: 3 attempts; no delay, or 1s when the backoff is to grow (a growing zero stays zero); factor 2;
 * no delay above 1h, or above `delay` when that is longer; jitter 0 (`true` means 0.5).
 */
export function retryOf(written: z.output<typeof retry>): RetryPolicy {
  const policy = typeof written === 'number' ? { attempts: written } : written;
  const backoff = policy.backoff ?? 'fixed';
  const delayMs = policy.delay === undefined ? (backoff === 'fixed' ? 0 : 1000) : milliseconds(policy.delay);
  const jitter = policy.jitter === true ? 0.5 : policy.jitter === false ? 0 : (policy.jitter ?? 0);
  return {
    attempts: policy.attempts ?? 3,
    delayMs,
    backoff,
    factor: policy.factor ?? 2,
    maxDelayMs: policy.max_delay === undefined ? Math.max(hourMs, delayMs) : milliseconds(policy.max_delay),
    jitter,
    ...(policy.when === undefined ? {} : { when: conditionText(policy.when) }),
    countWorkerLoss: policy.count_worker_loss ?? false,
  };
}
