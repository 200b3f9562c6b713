import type { Report } from '../diagnostics/diagnostic.ts';
import { placeAtPath } from '../yaml/source-node.ts';
import { findCycles } from './find-cycles.ts';
import { type Loaded, type LoadedStep, targetOfStep } from './loaded.ts';

/** Warns of workflows that call themselves, directly or through others: such runs end at the depth limit. */
export function checkRecursion(loaded: Loaded, report: Report): void {
  const calls = new Map<string, Map<string, LoadedStep>>();
  for (const [name, workflow] of loaded.workflows) {
    const called = new Map<string, LoadedStep>();
    for (const step of workflow.steps.values()) {
      const target = step.definition === null ? null : targetOfStep(loaded, step.definition);
      if (target?.kind === 'workflow') called.set(target.workflow.name, step);
    }
    calls.set(name, called);
    const itself = called.get(name);
    if (itself !== undefined) warn([name], itself);
  }
  const edges = (name: string) => [...(calls.get(name)?.keys() ?? [])];
  for (const cycle of findCycles([...calls.keys()], edges)) {
    const step = calls.get(cycle[0] ?? '')?.get(cycle[1] ?? '');
    if (step !== undefined) warn(cycle, step);
  }

  function warn(cycle: readonly string[], { name, node }: LoadedStep): void {
    const way = [...cycle, cycle[0] ?? ''].map((one) => `\`${one}\``).join(' → ');
    report({
      code: 'workflow_recursion',
      message: `Step \`${name}\` makes workflows call each other in a circle: ${way}.`,
      hint: 'A run 10 levels deep fails. Make sure that a `when` ends the circle before.',
      at: placeAtPath(node, [node.kind === 'map' && node.entries.has('action') ? 'action' : 'workflow']),
    });
  }
}
