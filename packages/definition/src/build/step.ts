import type { ActionType, Json, JsonObject, StepDefinition, Transition } from '@millrace/core';
import type { z } from 'zod';
import type { Report } from '../diagnostics/diagnostic.ts';
import { readNode } from '../grammar/read-node.ts';
import { actionStep, inlineSteps, stepCommon, type transition } from '../grammar/step.ts';
import { describeValue } from '../values/describe-value.ts';
import { placeOfKey, toJson, toJsonObject } from '../yaml/source-node.ts';
import { actionBody, ownsTimeout } from './action-body.ts';
import { concurrencyOf, conditionText, envOf, list, milliseconds, rateLimitOf, retryOf } from './from-written.ts';
import type { Named } from './named.ts';
import { checkAlternatives, readType } from './read-type.ts';

/** One step of a workflow; null when it has an error, which is reported. */
export function buildStep({ name, at, node }: Named, report: Report): StepDefinition | null {
  const subject = { name: `Step \`${name}\``, at, noun: 'step' } as const;
  if (node.kind !== 'map') {
    const message = `${subject.name} must be a map of keys; got ${describeValue(toJson(node))}.`;
    report({ code: 'not_a_map', message, hint: 'Write at least `action: …` or `type: …`.', at });
    return null;
  }
  const named = node.entries.has('action');
  const inline = node.entries.has('type');
  if (named && inline) {
    report({
      code: 'action_and_type',
      message: `${subject.name} has both \`action\` and \`type\`: it would call one action and define another.`,
      hint: 'Keep `action` to call an action by name, or `type` to write it inline.',
      at: placeOfKey(node, 'type'),
    });
    return null;
  }
  if (!named && !inline) {
    report({
      code: 'no_action',
      message: `${subject.name} says nothing to do: it has neither \`action\` nor \`type\`.`,
      hint: 'Add `action: <name>`, or `type: shell` with `cmd: …`.',
      at,
    });
    return null;
  }
  if (named) {
    const written = readNode(actionStep, node, subject, report);
    if (written === null) return null;
    const { env } = written;
    return {
      ...fromAccepted(name, toJsonObject(node), undefined),
      action: written.action,
      ...(env === undefined ? {} : { env: envOf(env) }),
    };
  }
  const type = readType(node, subject, [...inlineSteps.keys()], report);
  const schema = type === null ? undefined : inlineSteps.get(type);
  if (type === null || schema === undefined) return null;
  const complete = checkAlternatives(type, node, subject, report);
  if (readNode(schema, node, { ...subject, type }, report) === null || !complete) return null;
  const json = toJsonObject(node);
  return { ...fromAccepted(name, json, type), inline: actionBody(type, json, true) };
}

function fromAccepted(name: string, json: JsonObject, type: ActionType | undefined): StepDefinition {
  const written = stepCommon.parse(json);
  const { concurrency, delay, join, timeout, queue, priority, description, when } = written;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input: written.input ?? {},
    dependsOn: [...new Set(list(written.depends_on))],
    next: (written.next ?? []).map(transitionOf),
    ...(join === undefined ? {} : { join }),
    ...(written.max_iterations === undefined ? {} : { maxIterations: written.max_iterations }),
    ...(when === undefined ? {} : { when: conditionText(when) }),
    ...(written.for_each === undefined ? {} : { forEach: written.for_each }),
    ...(typeof concurrency === 'number' ? { itemConcurrency: concurrency } : {}),
    ...(written.batch_size === undefined ? {} : { batchSize: written.batch_size }),
    onItemFailure: written.on_item_failure ?? 'finish',
    ...(typeof concurrency === 'object' ? { concurrency: concurrencyOf(concurrency) } : {}),
    ...(written.rate_limit === undefined ? {} : { rateLimit: rateLimitOf(written.rate_limit) }),
    ...(written.retry === undefined ? {} : { retry: retryOf(written.retry) }),
    ...(timeout === undefined || ownsTimeout(type) ? {} : { timeoutMs: milliseconds(timeout) }),
    ...(written.step_timeout === undefined ? {} : { stepTimeoutMs: milliseconds(written.step_timeout) }),
    ...(written.queue_timeout === undefined ? {} : { queueTimeoutMs: milliseconds(written.queue_timeout) }),
    ...(delay === undefined ? {} : { delay: delay.includes('{{') ? delay : milliseconds(delay) }),
    continueOnFailure: written.continue_on_failure ?? false,
    ...(written.cache === undefined
      ? {}
      : { cache: { key: written.cache.key, ttlMs: milliseconds(written.cache.ttl) } }),
    ...(queue === undefined ? {} : { queue }),
    ...(priority === undefined ? {} : { priority }),
    labels: written.labels ?? [],
    ...(written.shared_folder === true ? { sharedFolder: true as const } : {}),
    ...(written.api === true ? { api: true as const } : {}),
    tags: written.tags ?? [],
  };
}

function transitionOf(written: z.output<typeof transition>): Transition {
  return {
    ...(written.when === undefined ? {} : { when: conditionText(written.when) }),
    publish: list<Readonly<Record<string, Json>>>(written.publish),
    do: list(written.do),
  };
}
