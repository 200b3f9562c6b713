import type { Parameters, Place } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { entryOf } from '../values/record.ts';
import { mapAt, nodeAt, placeAtPath, placeOfKey, type SourceNode } from '../yaml/source-node.ts';
import { checkLiteral } from './literal-values.ts';
import {
  findTarget,
  findWorkflow,
  inputOfTarget,
  type Loaded,
  type LoadedStep,
  packOf,
  type Target,
} from './loaded.ts';

/** Checks what actions, steps, triggers and hooks call: that it exists, and that the input fits. */
export function checkReferences(loaded: Loaded, report: Report): void {
  for (const { name, definition, node } of loaded.actions.values()) {
    if (definition?.body.type !== 'workflow') continue;
    const called = definition.body.workflow;
    checkName(findWorkflow(loaded, called), 'workflow', called, `Action \`${name}\``, placeAtPath(node, ['workflow']));
  }
  for (const workflow of loaded.workflows.values()) {
    for (const step of workflow.steps.values()) checkStep(step);
    const { head, node } = workflow;
    if (head === null) continue;
    for (const [event, calls] of [
      ['on_success', head.hooks.onSuccess],
      ['on_failure', head.hooks.onFailure],
      ['on_cancel', head.hooks.onCancel],
      ['on_suspend', head.hooks.onSuspend],
    ] as const) {
      for (const [index, call] of calls.entries()) {
        const owner = `\`${event}\` of workflow \`${workflow.name}\``;
        checkHook(call.action, nodeAt(node, [event, index]), owner);
      }
    }
  }
  for (const hook of loaded.hooks) checkHook(hook.call.action, hook.node, `\`${hook.event}\` of the workspace`);
  for (const { name, definition, node, at } of loaded.triggers.values()) {
    if (definition === null) continue;
    const target = findWorkflow(loaded, definition.workflow);
    const owner = `Trigger \`${name}\``;
    if (!checkName(target, 'workflow', definition.workflow, owner, placeAtPath(node, ['workflow']))) continue;
    // Without an input of its own, a webhook passes on what the request brings, which nobody knows yet.
    const brought = definition.type === 'webhook' && nodeAt(node, ['input']) === undefined;
    if (!brought) checkInput(inputOfTarget(target), node, owner, definition.workflow, at);
  }

  function checkStep({ name, definition, node, at }: LoadedStep): void {
    if (definition === null) return;
    const owner = `Step \`${name}\``;
    if (definition.action !== undefined) {
      const target = findTarget(loaded, definition.action);
      const found = checkName(target, 'action', definition.action, owner, placeAtPath(node, ['action']));
      if (found) checkInput(inputOfTarget(target), node, owner, definition.action, at);
    } else if (definition.inline?.type === 'workflow') {
      const called = definition.inline.workflow;
      const target = findWorkflow(loaded, called);
      const found = checkName(target, 'workflow', called, owner, placeAtPath(node, ['workflow']));
      if (found) checkInput(inputOfTarget(target), node, owner, called, at);
    }
  }

  function checkHook(action: string, node: SourceNode | undefined, owner: string): void {
    if (node === undefined) return;
    const at = placeAtPath(node, ['action']);
    const target = findTarget(loaded, action);
    if (checkName(target, 'action', action, owner, at)) checkInput(inputOfTarget(target), node, owner, action, at);
  }

  /** Reports a name that nothing has. Returns whether there is something to check input against. */
  function checkName(target: Target, noun: 'action' | 'workflow', name: string, owner: string, at: Place): boolean {
    if (target.kind === 'unknown' && name.includes('.')) {
      report({ ...inPack(name, noun, owner), at });
    } else if (target.kind === 'unknown') {
      const workflows = [...loaded.workflows.keys()];
      const known = noun === 'action' ? [...loaded.actions.keys(), ...workflows] : workflows;
      report({
        code: noun === 'action' ? 'unknown_action' : 'unknown_workflow',
        message: `${owner} calls \`${name}\`, but there is no ${noun === 'action' ? 'action or workflow' : 'workflow'} of that name.`,
        hint: didYouMean(name, known, noun === 'action' ? 'Actions and workflows' : 'Workflows'),
        at,
      });
    }
    return target.kind === 'action' || target.kind === 'workflow';
  }

  /** What is wrong with the name of a pack's item. */
  function inPack(name: string, noun: 'action' | 'workflow', owner: string) {
    const pack = packOf(name);
    const { names, targets } = loaded.packs;
    if (!names.has(pack)) {
      const message = `${owner} calls \`${name}\`, but there is no pack \`${pack}\` here.`;
      const declare = `\`${pack}: { git: …, ref: … }\``;
      const where = loaded.config === null ? `below \`packs\`: ${declare}` : `as a dependency in pack.yaml: ${declare}`;
      return { code: 'unknown_pack', message, hint: didYouMean(pack, names) ?? `Declare it ${where}.` } as const;
    }
    const items = [...targets].flatMap(([item, { kind }]) =>
      packOf(item) === pack && (noun === 'action' || kind === 'workflow') ? [item] : [],
    );
    const message = `${owner} calls \`${name}\`, but the pack \`${pack}\` has no ${noun === 'action' ? 'action or workflow' : 'workflow'} of that name.`;
    const code = noun === 'action' ? 'unknown_action' : 'unknown_workflow';
    return { code, message, hint: didYouMean(name, items, 'It has') } as const;
  }

  function checkInput(parameters: Parameters | null, node: SourceNode, owner: string, called: string, at: Place): void {
    if (parameters?.kind !== 'flat') return;
    const { fields } = parameters;
    const given = mapAt(node, 'input');
    for (const [key, entry] of given?.entries ?? []) {
      const parameter = entryOf(fields, key);
      if (parameter !== undefined)
        checkLiteral(entry.value, parameter, `${owner}: \`input.${key}\``, 'invalid_input', report);
      else if (given !== undefined) {
        const none = Object.keys(fields).length === 0 ? `\`${called}\` takes no input.` : null;
        report({
          code: 'unknown_input',
          message: `${owner} gives the input \`${key}\`, which \`${called}\` does not take.`,
          hint: none ?? didYouMean(key, Object.keys(fields), 'It takes'),
          at: placeOfKey(given, key),
        });
      }
    }
    for (const [key, parameter] of Object.entries(fields)) {
      if (parameter.required !== true || parameter.default !== undefined || given?.entries.has(key) === true) continue;
      report({
        code: 'missing_input',
        message: `${owner} does not give the input \`${key}\`, which \`${called}\` requires.`,
        hint: `Add \`input: { ${key}: … }\`${parameter.description === undefined ? '' : ` (${parameter.description})`}.`,
        at: given === undefined || node.kind !== 'map' ? at : placeOfKey(node, 'input'),
      });
    }
  }
}
