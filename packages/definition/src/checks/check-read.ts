import type { NameRead } from '@millrace/expression';
import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { entryOf } from '../values/record.ts';
import { placeInText } from '../yaml/source-node.ts';
import { checkSecretRead } from './check-secret-read.ts';
import { allNames, type Flow, itemNames, secretNames } from './expression-scope.ts';
import type { ExpressionSite } from './expression-sites.ts';
import { type Loaded, namesOfParameters, targetOfStep } from './loaded.ts';

export type Finding = Readonly<{ code: DiagnosticCode; message: string; hint?: string | null }>;

/** Checks that what an expression reads exists, may be read here, and has surely ended by then. */
export function checkRead(read: NameRead, site: ExpressionSite, loaded: Loaded, report: Report): void {
  const [root, name, field, key] = read.path;
  const at = placeInText(site.node, read.span.start);
  const { scope } = site;
  const say = (finding: Finding) => report({ ...finding, message: `${scope.where}: ${finding.message}`, at });
  if (typeof root !== 'string') return;
  const hidden = loaded.config !== null && (secretNames as readonly string[]).includes(root);
  if (hidden) say(ofWorkspace(root));
  else if (!scope.names.has(root)) say(unknownRoot(root, site));
  if (hidden || !scope.names.has(root)) return;
  const secret = checkSecretRead(read, loaded);
  if (secret !== null) say(secret);
  if (typeof name !== 'string') return;
  if (root === 'input' && scope.input !== null && !scope.input.includes(name)) {
    const hint = didYouMean(name, scope.input, 'Inputs') ?? `Declare \`${name}\` below \`input\`.`;
    say({ code: 'unknown_input', message: `there is no input \`${name}\` here.`, hint });
  }
  if (root === 'trigger' && scope.trigger !== undefined && !scope.trigger.includes(name)) {
    const hint = didYouMean(name, scope.trigger, '`trigger` has');
    say({ code: 'unknown_field', message: `\`trigger\` has no \`${name}\`.`, hint });
  }
  if (root === 'config') {
    const finding = configFinding(name, loaded.config, read.guarded);
    if (finding !== null) say(finding);
  }
  const { flow } = scope;
  if (flow === null) return;
  if (root === 'vars' && flow.variables !== null && !flow.variables.has(name)) {
    const hint = didYouMean(name, flow.variables, 'Variables') ?? 'Declare it below `vars`, or `publish` it.';
    say({ code: 'unknown_variable', message: `the workflow has no variable \`${name}\`.`, hint });
  }
  if (root === 'steps') {
    const finding = checkStep(name, flow, site) ?? checkField(name, field, key, flow, loaded, read.guarded);
    if (finding !== null) say(finding);
  }
}

function configFinding(name: string, config: Loaded['config'], guarded: boolean): Finding | null {
  if (config === null) {
    const hint = 'In a workspace, give the value as `input`.';
    return { code: 'name_not_here', message: '`config` is only known in packs.', hint };
  }
  if (guarded || config.includes(name)) return null;
  const hint = didYouMean(name, config, 'It has') ?? `Declare \`${name}\` below \`config\` in pack.yaml.`;
  return { code: 'unknown_input', message: `the configuration of the pack has no \`${name}\`.`, hint };
}

function unknownRoot(root: string, { scope }: ExpressionSite): Finding {
  const known = [...scope.names];
  if ((itemNames as readonly string[]).includes(root)) {
    const loops = scope.step?.node.kind === 'map' && scope.step.node.entries.has('for_each');
    return {
      code: 'item_outside_for_each',
      message: loops
        ? `\`${root}\` is not known here: this is evaluated once, before the items.`
        : `\`${root}\` is only known in a step with \`for_each\`.`,
      hint:
        scope.flow === null
          ? 'Give it to the action as input.'
          : loops
            ? 'Filter the list of `for_each` instead.'
            : 'Add `for_each`.',
    };
  }
  if (root === 'error' || root === 'attempt') {
    return {
      code: 'error_outside_retry',
      message: `\`${root}\` is only known in \`retry.when\`.`,
      hint: root === 'error' ? 'Elsewhere read `steps.<name>.error`.' : 'Elsewhere read `run.attempt`.',
    };
  }
  if (root === 'event') {
    const hint = 'Hand it over as `input` of the trigger.';
    return {
      code: 'event_outside_trigger',
      message: '`event` is only known in triggers and where an event is awaited.',
      hint,
    };
  }
  if (root === 'trigger') {
    const hint = 'A run finds what started it in `run.trigger`.';
    return { code: 'name_not_here', message: '`trigger` is only known in the `input` of a trigger.', hint };
  }
  if ((secretNames as readonly string[]).includes(root)) {
    const message = `\`${root}\` cannot be read here: what this gives is stored and shown.`;
    const hint =
      'Read it in the action that needs it: in its body (`cmd`, `env`, `headers`, …), or in the `input` or `env` of a step that calls an action.';
    return { code: 'name_not_here', message, hint };
  }
  if (scope.connection === true && allNames.has(root)) {
    const message = `\`${root}\` cannot be read here: this is the same for every run.`;
    return { code: 'name_not_here', message, hint: 'Write the value out, or read `secrets`.' };
  }
  if (allNames.has(root)) {
    const hint = `Known here: ${known.map((name) => `\`${name}\``).join(', ')}. Hand the value over as input.`;
    return { code: 'name_not_here', message: `\`${root}\` cannot be read here.`, hint };
  }
  return {
    code: 'unknown_name',
    message: `there is no name \`${root}\`.`,
    hint: qualified(root, scope.flow, scope.input) ?? didYouMean(root, known, 'Known here'),
  };
}

/** Packs come from others, so they are given secrets; they do not take them. */
const ofWorkspace = (root: string): Finding => ({
  code: 'name_not_here',
  message: `\`${root}\` belongs to workspaces; a pack cannot read it.`,
  hint: 'Take the value as `input` or `config`: workspaces may give `{{ secrets.NAME }}` for either.',
});

/** A bare name that exists one level deeper. */
function qualified(name: string, flow: Flow | null, input: readonly string[] | null): string | null {
  if (flow?.workflow.steps.has(name) === true) return `Did you mean \`steps.${name}\`?`;
  if (input?.includes(name) === true) return `Did you mean \`input.${name}\`?`;
  return flow?.variables?.has(name) === true ? `Did you mean \`vars.${name}\`?` : null;
}

function checkStep(name: string, { workflow, graph }: Flow, { scope }: ExpressionSite): Finding | null {
  if (!workflow.steps.has(name)) {
    const hint = didYouMean(name, graph.names, 'Steps');
    return { code: 'unknown_step', message: `there is no step \`${name}\`.`, hint };
  }
  if (scope.visible === null || scope.visible(name)) return null;
  const own = scope.step?.name;
  if (own === name)
    return { code: 'step_not_upstream', message: `step \`${name}\` reads its own result before it has one.` };
  return {
    code: 'step_not_upstream',
    message:
      own === undefined
        ? `step \`${name}\` has not run when this is evaluated.`
        : `step \`${name}\` does not stand before \`${own}\`, so it may not have ended.`,
    hint: own === undefined ? null : `Add \`${name}\` to \`depends_on\` of \`${own}\`.`,
  };
}

const stepFields = ['output', 'status', 'error', 'items', 'reason'];

function checkField(
  name: string,
  field: string | number | undefined,
  key: string | number | undefined,
  { workflow }: Flow,
  loaded: Loaded,
  guarded: boolean,
): Finding | null {
  if (typeof field !== 'string') return null;
  if (!stepFields.includes(field)) {
    const hint = didYouMean(field, stepFields, 'A step has') ?? `Did you mean \`steps.${name}.output.${field}\`?`;
    return { code: 'unknown_field', message: `a step has no \`${field}\`.`, hint };
  }
  const step = workflow.steps.get(name);
  if (field !== 'output' || typeof key !== 'string' || guarded || step?.definition == null) return null;
  if (step.node.kind === 'map' && step.node.entries.has('for_each')) {
    const message = `the output of \`${name}\` is a list, because the step has \`for_each\`; a list has no \`${key}\`.`;
    return {
      code: 'unknown_output',
      message,
      hint: `Write \`steps.${name}.output[0].${key}\`, or \`| map(it.${key})\`.`,
    };
  }
  const outputs = outputsOf(name, workflow, loaded);
  if (outputs === null || outputs.includes(key)) return null;
  const called = step.definition.action ?? name;
  const hint = didYouMean(key, outputs, 'It gives');
  return { code: 'unknown_output', message: `\`${called}\` declares no output \`${key}\`.`, hint };
}

/** The names in a step's output; null when they are not declared. */
function outputsOf(name: string, workflow: Flow['workflow'], loaded: Loaded): readonly string[] | null {
  const definition = workflow.steps.get(name)?.definition;
  const target = definition == null ? null : targetOfStep(loaded, definition);
  if (target?.kind === 'action') {
    const output = target.action.definition?.output;
    return output === undefined ? null : namesOfParameters(output);
  }
  if (target?.kind !== 'workflow') return null;
  const output = target.workflow.head?.output;
  if (typeof output !== 'object') return null;
  return Object.keys(output).filter((key) => entryOf(output, key) !== undefined);
}
