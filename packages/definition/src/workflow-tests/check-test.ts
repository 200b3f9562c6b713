import {
  type ActionBody,
  type Definitions,
  type HookName,
  hookFields,
  hookNames,
  type Place,
  type StepDefinition,
} from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { entryOf } from '../values/record.ts';
import { parseStepPath, type StepPath } from './step-path.ts';
import type { WorkflowTest } from './workflow-test.ts';

type MockPlaces = Readonly<{ own: readonly string[]; sharedAt: (path: string) => Place }>;

/** Reports every step that a test names and its workflow does not have. False: there was one. */
export function checkTest(test: WorkflowTest, mocks: MockPlaces, definitions: Definitions, report: Report): boolean {
  const { own, sharedAt } = mocks;
  const named: (readonly [string, Place])[] = [
    ...own.map((path) => [path, test.placeOf(['mocks', path])] as const),
    ...[...test.expect.steps.keys()].map((path) => [path, test.placeOf(['expect', 'steps', path])] as const),
    ...test.expect.order.flatMap((group, index) =>
      group.map((path) => [path, test.placeOf(['expect', 'order', index])] as const),
    ),
  ];
  // Mocks for the whole file may concern only some of its workflows; a name that no workflow at all has is a mistake.
  for (const path of test.mocks.keys()) {
    const everywhere = [test.workflow, ...Object.keys(definitions.workflows)];
    if (own.includes(path) || everywhere.some((name) => findProblem(name, parseStepPath(path), definitions) === null))
      continue;
    named.push([path, sharedAt(path)]);
  }
  let fine = checkAnswers(test, own, definitions, report);
  for (const [path, at] of named) {
    const problem = findProblem(test.workflow, parseStepPath(path), definitions);
    if (problem === null) continue;
    report({ ...problem, at });
    fine = false;
  }
  return fine;
}

/** Answers are for approvals, and do not mix with results that take the place of the whole step. */
function checkAnswers(test: WorkflowTest, own: readonly string[], definitions: Definitions, report: Report): boolean {
  let fine = true;
  for (const path of own) {
    const results = test.mocks.get(path) ?? [];
    const answers = results.filter(({ kind }) => kind === 'answer' || kind === 'unanswered').length;
    const type = answers === 0 ? null : typeAt(test.workflow, parseStepPath(path), definitions);
    const asked = type === null || type === 'approval';
    if (asked && (answers === 0 || answers === results.length)) continue;
    report({
      code: 'invalid_value',
      message: asked
        ? `The mocks of \`${path}\` mix answers with results that take the place of the whole approval.`
        : `\`${path}\` is of type \`${type}\`, so it asks nobody: it cannot be approved or rejected.`,
      hint: asked ? 'Write either answers only, or results only.' : 'Write `output` or `error`.',
      at: test.placeOf(['mocks', path]),
    });
    fine = false;
  }
  return fine;
}

/** The type of the action that a path leads to; null: it is not known before the run. */
function typeAt(workflow: string, path: StepPath, definitions: Definitions): ActionBody['type'] | null {
  let current = workflow;
  for (const [index, { step: name }] of path.entries()) {
    const step = entryOf(definitions.workflows, current)?.steps.find((one) => one.name === name);
    if (step === undefined) {
      if (index > 0) return null;
      current = name;
      continue;
    }
    const action = step.action === undefined ? undefined : entryOf(definitions.actions, step.action);
    const called = calledWorkflow(step, definitions);
    if (index === path.length - 1) {
      return step.inline?.type ?? action?.body.type ?? (called === 'none' || called === 'open' ? null : 'workflow');
    }
    if (called === 'none' || called === 'open') return null;
    current = called.workflow;
  }
  return null;
}

type Problem = Readonly<{ code: 'unknown_step' | 'invalid_value'; message: string; hint: string | null }>;

/** null: the path leads to a step, or nobody can know before the run. */
function findProblem(workflow: string, path: StepPath, definitions: Definitions): Problem | null {
  let current = workflow;
  for (const [index, { step: name, item }] of path.entries()) {
    const found = entryOf(definitions.workflows, current);
    if (found === undefined) return null;
    const step = found.steps.find((one) => one.name === name);
    if (step === undefined) {
      if (isHook(name)) {
        const called = findCalled(current, name, path.slice(index + 1), definitions);
        if (called === null || 'code' in called) return called;
        return findProblem(called.workflow, path.slice(index + 2), definitions);
      }
      // A run that no step waits for (`wait: false`) is named by its workflow.
      if (index === 0 && path.length > 1 && entryOf(definitions.workflows, name) !== undefined) {
        current = name;
        continue;
      }
      const hint = didYouMean(
        name,
        found.steps.map((one) => one.name),
        'Steps',
      );
      return { code: 'unknown_step', message: `Workflow \`${current}\` has no step \`${name}\`.`, hint };
    }
    if (item !== null && step.forEach === undefined) {
      const message = `Step \`${name}\` has no \`for_each\`, so there is no item \`${name}[${item}]\`.`;
      return { code: 'invalid_value', message, hint: `Write \`${name}\`.` };
    }
    if (index === path.length - 1) return null;
    const called = calledWorkflow(step, definitions);
    if (called === 'none') {
      const message = `Step \`${name}\` calls no workflow, so it has no step \`${path[index + 1]?.step}\`.`;
      return { code: 'unknown_step', message, hint: `Write \`${name}\`.` };
    }
    if (called === 'open') return null;
    current = called.workflow;
  }
  return null;
}

const isHook = (name: string): name is HookName => (hookNames as readonly string[]).includes(name);

/** What a hook of the workflow, or of the workspace, calls; null: an action, which has no steps of its own. */
function findCalled(
  workflow: string,
  hook: HookName,
  rest: StepPath,
  definitions: Definitions,
): Problem | Readonly<{ workflow: string }> | null {
  const own = entryOf(definitions.workflows, workflow)?.hooks[hookFields[hook]] ?? [];
  const called = [...own, ...definitions.hooks[hookFields[hook]]].map(({ action }) => action);
  const name = rest[0]?.step ?? '';
  if (!called.includes(name)) {
    const hint = didYouMean(name, called, 'It calls');
    return {
      code: 'unknown_step',
      message: `\`${hook}\` of workflow \`${workflow}\` does not call \`${name}\`.`,
      hint,
    };
  }
  const action = entryOf(definitions.actions, name) !== undefined;
  if (action === (rest.length === 1)) return action ? null : { workflow: name };
  const message = action
    ? `\`${hook}.${name}\` calls an action, which has no steps.`
    : `\`${hook}.${name}\` calls a workflow: name one of its steps.`;
  return {
    code: 'unknown_step',
    message,
    hint: action ? `Write \`${hook}.${name}\`.` : `Write \`${hook}.${name}.STEP\`.`,
  };
}

/** `open`: it is known only in the run. */
function calledWorkflow(
  step: StepDefinition,
  definitions: Definitions,
): Readonly<{ workflow: string }> | 'none' | 'open' {
  if (step.inline !== undefined) return ofBody(step.inline);
  if (step.action === undefined) return 'none';
  const action = entryOf(definitions.actions, step.action);
  if (action !== undefined) return ofBody(action.body);
  return entryOf(definitions.workflows, step.action) === undefined ? 'open' : { workflow: step.action };
}

function ofBody(body: ActionBody): ReturnType<typeof calledWorkflow> {
  if (body.type !== 'workflow') return 'none';
  return body.workflow.includes('{{') ? 'open' : { workflow: body.workflow };
}
