import {
  type JsonObject,
  type ScheduleTrigger,
  type TriggerDefinition,
  unreachable,
  type WebhookTrigger,
} from '@millrace/core';
import { z } from 'zod';
import type { Report } from '../diagnostics/diagnostic.ts';
import { readNode, type Subject } from '../grammar/read-node.ts';
import { scheduleTimes, triggerSchemas, triggerShape, triggerShapes } from '../grammar/trigger.ts';
import { listOf } from '../values/describe-value.ts';
import { sizeBytes } from '../values/size.ts';
import { placeOfKey, type SourceNode, toJsonObject } from '../yaml/source-node.ts';
import { conditionText, milliseconds } from './from-written.ts';
import type { Named } from './named.ts';
import { readType } from './read-type.ts';

const shapes = {
  common: z.object(triggerShape),
  schedule: z.object(triggerShapes.schedule),
  webhook: z.object(triggerShapes.webhook),
  event: z.object(triggerShapes.event),
};

/** One entry of `triggers`; null when it has an error, which is reported. */
export function buildTrigger({ name, at, node }: Named, report: Report): TriggerDefinition | null {
  const subject = { name: `Trigger \`${name}\``, at, noun: 'trigger' } as const;
  const type = readType(node, subject, [...triggerSchemas.keys()], report);
  const schema = type === null ? undefined : triggerSchemas.get(type);
  if (type === null || schema === undefined) return null;
  const complete = type !== 'schedule' || checkTimes(node, subject, report);
  if (readNode(schema, node, { ...subject, type }, report) === null || !complete) return null;
  const json = toJsonObject(node);
  const { description, workflow, input, enabled } = shapes.common.parse(json);
  return {
    name,
    ...(description === undefined ? {} : { description }),
    workflow,
    input: input ?? {},
    enabled: enabled ?? true,
    ...ofType(type, json),
  };
}

function checkTimes(node: SourceNode, subject: Subject, report: Report): boolean {
  if (node.kind !== 'map') return false;
  const given = scheduleTimes.filter((key) => node.entries.has(key));
  const [, second] = given;
  if (given.length === 1) return true;
  report({
    code: 'exactly_one',
    message:
      second === undefined
        ? `${subject.name} never fires: it needs exactly one of ${listOf(scheduleTimes)}.`
        : `${subject.name} has ${listOf(given)}; a schedule has exactly one of ${listOf(scheduleTimes)}.`,
    hint: second === undefined ? 'For example `cron: "0 2 * * *"`.' : 'Write a trigger of its own for each.',
    at: second === undefined ? subject.at : placeOfKey(node, second),
  });
  return false;
}

function ofType(type: TriggerDefinition['type'], json: JsonObject) {
  switch (type) {
    case 'schedule':
      return schedule(shapes.schedule.parse(json));
    case 'webhook':
      return webhook(shapes.webhook.parse(json));
    case 'event': {
      const { event, when } = shapes.event.parse(json);
      return { type, event, ...(when === undefined ? {} : { when: conditionText(when) }) };
    }
    case 'manual':
      return { type };
    default:
      return unreachable(type);
  }
}

const defaultCatchUpLimit = 100;

function schedule(written: z.output<typeof shapes.schedule>): ScheduleTrigger {
  const { cron, every, at, rrule, start, jitter, concurrency } = written;
  return {
    type: 'schedule',
    ...(cron === undefined ? {} : { cron }),
    ...(every === undefined ? {} : { everyMs: milliseconds(every) }),
    ...(at === undefined ? {} : { at }),
    ...(rrule === undefined ? {} : { rrule }),
    ...(start === undefined ? {} : { start }),
    timezone: written.timezone ?? 'UTC',
    catchUp: written.catch_up ?? 'none',
    catchUpLimit: written.catch_up_limit ?? defaultCatchUpLimit,
    ...(jitter === undefined ? {} : { jitterMs: milliseconds(jitter) }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

function webhook(written: z.output<typeof shapes.webhook>): WebhookTrigger {
  const { secret, signature, tolerance, mode, timeout, methods, max_body: maxBody, rate_limit: rate } = written;
  return {
    type: 'webhook',
    ...(secret === undefined ? {} : { secret }),
    signature: secret === undefined ? null : (signature ?? 'token'),
    toleranceMs: milliseconds(tolerance ?? '5m'),
    mode: mode ?? 'async',
    timeoutMs: milliseconds(timeout ?? '30s'),
    methods: methods ?? ['POST'],
    maxBodyBytes: sizeBytes(maxBody ?? '1Mi') ?? 0,
    rateLimit: { limit: rate?.limit ?? 600, perMs: milliseconds(rate?.per ?? '1m') },
  };
}
