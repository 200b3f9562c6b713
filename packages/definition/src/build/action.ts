import type { ActionDefinition, ActionType } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { actionCommon, actionSchemas } from '../grammar/action.ts';
import { readNode } from '../grammar/read-node.ts';
import { type SourceNode, toJsonObject } from '../yaml/source-node.ts';
import { actionBody, ownsTimeout } from './action-body.ts';
import { milliseconds, parametersOf, retryOf } from './from-written.ts';
import type { Named } from './named.ts';
import { checkAlternatives, readType } from './read-type.ts';

/** One entry of `actions`; null when it has an error, which is reported. */
export function buildAction(entry: Named, report: Report): ActionDefinition | null {
  const { name, at, node } = entry;
  const subject = { name: `Action \`${name}\``, at, noun: 'action' } as const;
  const type = readType(node, subject, [...actionSchemas.keys()], report);
  const schema = type === null ? undefined : actionSchemas.get(type);
  if (type === null || schema === undefined) return null;
  const complete = checkAlternatives(type, node, subject, report);
  const accepted = readNode(schema, node, { ...subject, type }, report);
  return accepted === null || !complete ? null : fromAccepted(name, type, node);
}

function fromAccepted(name: string, type: ActionType, node: SourceNode): ActionDefinition {
  const json = toJsonObject(node);
  const written = actionCommon.parse(json);
  const { description, input, output, labels, queue, retry, timeout, tags } = written;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input: parametersOf(input),
    ...(output === undefined ? {} : { output: parametersOf(output) }),
    labels: labels ?? [],
    ...(queue === undefined ? {} : { queue }),
    ...(retry === undefined ? {} : { retry: retryOf(retry) }),
    ...(timeout === undefined || ownsTimeout(type) ? {} : { timeoutMs: milliseconds(timeout) }),
    tags: tags ?? [],
    body: actionBody(type, json, false),
  };
}
