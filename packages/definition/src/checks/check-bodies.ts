import { type ActionBody, type ApprovalBody, eventTypeRule, isEventType } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { describeValue } from '../values/describe-value.ts';
import { parseDuration } from '../values/duration.ts';
import { nodeAt, placeAtPath, type SourceNode } from '../yaml/source-node.ts';
import { checkParameters } from './check-parameters.ts';
import { isDateTime, isTemplate } from './literal-values.ts';
import type { Loaded } from './loaded.ts';

/** Checks inside action bodies that the grammar alone cannot do, for named and inline actions alike. */
export function checkBodies(loaded: Loaded, report: Report): void {
  for (const { name, node, definition } of loaded.actions.values()) {
    if (definition !== null) checkBody(definition.body, node, `Action \`${name}\``, report);
  }
  for (const { steps } of loaded.workflows.values()) {
    for (const { name, node, definition } of steps.values()) {
      if (definition?.inline !== undefined) checkBody(definition.inline, node, `Step \`${name}\``, report);
    }
  }
}

function checkBody(body: ActionBody, node: SourceNode, owner: string, report: Report): void {
  if (body.type === 'approval') checkApproval(body, node, owner, report);
  if (body.type === 'shell' && body.args !== undefined && body.script === undefined) {
    report({
      code: 'useless_key',
      message: `${owner} has \`args\`, which only a \`script\` file takes.`,
      hint: 'Write the arguments into `cmd`.',
      at: placeAtPath(node, ['args']),
    });
  }
  if (body.type === 'emit') checkEventType(body.event, node, ['event'], owner, report);
  if (body.type !== 'wait') return;
  const { for: time, until, event, timeoutMs } = body;
  if (event !== undefined) {
    const path = nodeAt(node, ['event'])?.kind === 'map' ? ['event', 'type'] : ['event'];
    checkEventType(event, node, path, owner, report);
  } else if (timeoutMs !== undefined) {
    report({
      code: 'useless_key',
      message: `${owner}: \`timeout\` has no meaning here: only a wait for an \`event\` may take too long.`,
      hint: 'Remove it, or wait for an `event`.',
      at: placeAtPath(node, ['timeout']),
    });
  }
  if (time !== undefined && !isTemplate(time) && parseDuration(time) === null) {
    report({
      code: 'invalid_duration',
      message: `${owner}: \`for\` must be a duration such as \`30s\`, or a template that gives one; got ${describeValue(time)}.`,
      at: placeAtPath(node, ['for']),
    });
  }
  if (until !== undefined && !isTemplate(until) && /^\s*\d{4}-\d{2}-\d{2}/.test(until) && !isDateTime(until)) {
    report({
      code: 'invalid_time',
      message: `${owner}: \`until\` must be a date and time such as \`2026-01-31T08:00:00Z\`, or an expression; got ${describeValue(until)}.`,
      at: placeAtPath(node, ['until']),
    });
  }
}

/** A type with a template is checked when it is rendered. */
export function checkEventType(
  type: string,
  node: SourceNode,
  path: readonly string[],
  owner: string,
  report: Report,
): void {
  if (isTemplate(type) || isEventType(type)) return;
  report({
    code: 'invalid_event_type',
    message: `${owner}: the type of an event has ${eventTypeRule}; got ${describeValue(type)}.`,
    at: placeAtPath(node, [...path]),
  });
}

/** That an approval can be given at all, and that nothing in it is written in vain. */
function checkApproval(body: ApprovalBody, node: SourceNode, owner: string, report: Report): void {
  const { form, approvers, quorum = 1, timeoutMs, on_timeout, escalate } = body;
  if (form !== undefined) checkParameters(form, nodeAt(node, ['form']), `${owner}, form`, report);
  const users = approvers?.users;
  // Who is in a group or has a role is known to the server alone.
  const named = [approvers, escalate?.approvers].some((one) => one?.groups !== undefined || one?.roles !== undefined);
  const all = users === undefined || named ? null : new Set([...users, ...(escalate?.approvers.users ?? [])]);
  // A template may give several names.
  if (all !== null && quorum > all.size && ![...all].some(isTemplate)) {
    report({
      code: 'quorum_unreachable',
      message: `${owner} needs ${quorum} people to approve, and only ${all.size} may answer.`,
      hint: 'Name more `users`, or lower the `quorum`.',
      at: placeAtPath(node, [nodeAt(node, ['quorum']) === undefined ? 'approvers' : 'quorum']),
    });
  }
  if (on_timeout !== undefined && timeoutMs === undefined) {
    report({
      code: 'useless_key',
      message: `${owner} has \`on_timeout\`, and no \`timeout\`: it waits for ever.`,
      hint: 'Add `timeout`, for example `timeout: 24h`.',
      at: placeAtPath(node, ['on_timeout']),
    });
  }
  if (escalate !== undefined && timeoutMs !== undefined && escalate.afterMs >= timeoutMs) {
    report({
      code: 'useless_key',
      message: `${owner} never escalates: its \`timeout\` is over by then.`,
      hint: 'Let `escalate.after` be shorter than `timeout`.',
      at: placeAtPath(node, ['escalate', 'after']),
    });
  }
}
