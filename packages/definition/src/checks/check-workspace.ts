import type { Place } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { nodeAt, placeInText } from '../yaml/source-node.ts';
import { checkApiSteps } from './check-api-steps.ts';
import { checkBodies } from './check-bodies.ts';
import { checkCaches } from './check-caches.ts';
import { checkConnections } from './check-connections.ts';
import { checkExpression } from './check-expression.ts';
import { checkGraph } from './check-graph.ts';
import { checkLocalRuns } from './check-local-runs.ts';
import { checkParameters } from './check-parameters.ts';
import { checkRecursion } from './check-recursion.ts';
import { checkReferences } from './check-references.ts';
import { checkSharedFolders } from './check-shared-folders.ts';
import { checkTriggers } from './check-triggers.ts';
import { checkPublishers, checkVariableNames, publishersOf } from './check-variables.ts';
import type { Flow } from './expression-scope.ts';
import { expressionSites } from './expression-sites.ts';
import { type Loaded, type LoadedWorkflow, namesOfParameters } from './loaded.ts';
import { stepGraph } from './step-graph.ts';

/** Runs every check that needs more than one entry at a time. Returns where each expression begins, by its pointer. */
export function checkWorkspace(loaded: Loaded, report: Report): ReadonlyMap<string, Place> {
  for (const { name, node, definition } of loaded.actions.values()) {
    if (definition === null) continue;
    checkParameters(definition.input, nodeAt(node, ['input']), `Action \`${name}\``, report);
    if (definition.output === undefined) continue;
    checkParameters(definition.output, nodeAt(node, ['output']), `Output of action \`${name}\``, report);
  }
  checkBodies(loaded, report);
  const flows = new Map([...loaded.workflows].map(([name, workflow]) => [name, checkFlow(workflow, report)]));
  checkReferences(loaded, report);
  checkSharedFolders(loaded, report);
  checkApiSteps(loaded, report);
  checkLocalRuns(loaded, report);
  checkCaches(loaded, report);
  checkTriggers(loaded.triggers.values(), report);
  checkConnections(loaded, report);
  checkRecursion(loaded, report);
  const places = new Map<string, Place>();
  for (const site of expressionSites(loaded, flows)) {
    if (checkExpression(site, loaded, report)) places.set(site.pointer, placeInText(site.node, 0));
  }
  return places;
}

function checkFlow(workflow: LoadedWorkflow, report: Report): Flow {
  const { name, node, head } = workflow;
  if (head !== null) checkParameters(head.input, nodeAt(node, ['input']), `Workflow \`${name}\``, report);
  const graph = stepGraph(workflow);
  checkGraph(workflow, graph, report);
  const publishers = publishersOf(workflow);
  checkPublishers(publishers, graph, report);
  checkVariableNames(workflow, publishers, report);
  return {
    workflow,
    graph,
    variables:
      head === null ? null : new Set([...Object.keys(head.vars), ...publishers.map(({ variable }) => variable)]),
    input: namesOfParameters(head?.input ?? null),
  };
}
