import type { ExplainedAnswer, RunExplanation } from '@millrace/api';
import { printable, type Style } from '../terminal/style.ts';

/** A screenful; `--json` has the rest. */
const maxShown = 20;

const waitsForSteps: ReadonlySet<string> = new Set<ExplainedAnswer['reason']>([
  'waiting_for_dependencies',
  'waiting_for_transition',
  'waiting_for_join',
  'waiting_for_run',
]);

/** Reasons for people: each with what moves it, and the command where it is the reader. */
export function describeExplanation({ answers, more }: RunExplanation, style: Style): string {
  const lines = answers.slice(0, maxShown).flatMap((answer) => describeAnswer(answer, style));
  const left = Math.max(0, answers.length - maxShown) + more;
  if (left > 0) lines.push('', style.dim(`… and ${left} more: see --json, or name a step`));
  return `${lines.join('\n').trimStart()}\n`;
}

function describeAnswer(answer: ExplainedAnswer, style: Style): readonly string[] {
  const head = `${style.bold(nameOf(answer))} ${style.yellow(answer.reason)}`;
  const lines = ['', head, `  ${printable(answer.message)}`];
  // What waits for other steps is moved by them, and they stand above.
  if (waitsForSteps.has(answer.reason)) return lines;
  if (answer.reason === 'items_open') lines.push(...answer.groups.map(describeGroup));
  for (const { what, at, command } of changesOf(answer)) {
    lines.push(`  ${style.cyan('→')} ${printable(what)}${at === null ? '' : style.dim(` ${at}`)}`);
    if (command !== null) lines.push(`    $ ${printable(command)}`);
  }
  for (const { kind, at } of answer.deadlines) lines.push(`  ${style.dim(`${kind} at ${at}`)}`);
  return lines;
}

type Change = ExplainedAnswer['changes'][number];
type ItemGroup = Extract<ExplainedAnswer, { reason: 'items_open' }>['groups'][number];

/** Of a for-each first what moves its items, each change once. */
function changesOf(answer: ExplainedAnswer): readonly Change[] {
  if (answer.reason !== 'items_open') return answer.changes;
  const all = [...answer.groups.flatMap(({ changes }) => changes), ...answer.changes];
  return [...new Map(all.map((change) => [`${change.what} ${change.command}`, change])).values()];
}

function describeGroup({ reason, count, items, message }: ItemGroup): string {
  const more = count > items.length ? ', …' : '';
  return `  ${count} ${reason} (${count === 1 ? 'item' : 'items'} ${items.join(', ')}${more}): ${printable(message)}`;
}

function nameOf({ step, item, iteration, attempt }: ExplainedAnswer): string {
  if (step === null) return 'run';
  const name = `${printable(step)}${item < 0 ? '' : `[${item}]`}${iteration === 0 ? '' : ` ~${iteration}`}`;
  return attempt <= 1 ? name : `${name} #${attempt}`;
}
