import type { Approval } from '@millrace/api';
import { type Approvers, approverWords } from '@millrace/core';
import { printable, type Style } from './style.ts';

/** `ask`, `ask[3]`, `ask~2` (an iteration). */
export function titleOf({ step, item, iteration }: Pick<Approval, 'step' | 'item' | 'iteration'>): string {
  return `${printable(step)}${item < 0 ? '' : `[${item}]`}${iteration === 0 ? '' : `~${iteration}`}`;
}

/** What is to be answered, by whom, until when. */
export function describeApproval(approval: Approval, style: Style): string {
  const { run, workspace, workflow, prompt, quorum, answers, escalates_at, times_out_at } = approval;
  const lines = [
    `${style.bold(titleOf(approval))} of run ${run} of ${printable(`${workspace}/${workflow}`)} asks:`,
    ...prompt.split('\n').map((line) => `  ${printable(line)}`),
    `answers  ${answers.length} of ${quorum}${answers.map((answer) => answerText(answer)).join('')}`,
    `by       ${whoText(approval)}`,
    `since    ${approval.since}`,
  ];
  if (escalates_at !== null) lines.push(`escalates at ${escalates_at}`);
  if (times_out_at !== null) lines.push(`times out at ${times_out_at}, then: ${approval.on_timeout}`);
  const fields = Object.entries(formFields(approval.form));
  if (fields.length > 0) {
    lines.push('form');
    for (const [name, field] of fields) lines.push(`  ${printable(name)}  ${printable(fieldText(field))}`);
  }
  return `${lines.join('\n')}\n`;
}

const answerText = ({ by, decision, comment, for: others = [] }: Approval['answers'][number]): string =>
  `\n           ${printable(by)}${others.length === 0 ? '' : ` (for ${printable(others.join(', '))})`}: ${decision}${comment === null ? '' : `: ${printable(comment)}`}`;

function whoText({ approvers, starter, delegations }: Approval): string {
  const except = starter === null ? '' : `; not ${starter}, who started the run`;
  const handed = delegations.map(({ from, to }) => `; ${from} handed the vote over to ${to}`);
  return printable(`${approverWords(approvers as Approvers | null).join(', ')}${except}${handed.join('')}`);
}

export type FormField = Readonly<{
  type: string;
  required: boolean;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
}>;

/** The fields of a form's JSON Schema; none where it is not a plain object of fields. */
export function formFields(form: Approval['form']): Readonly<Record<string, FormField>> {
  const { properties, required } = (form ?? {}) as Readonly<{
    properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    required?: readonly string[];
  }>;
  return Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, schema]): [string, FormField] => [
      name,
      {
        type: typeof schema.type === 'string' ? schema.type : 'value',
        required: required?.includes(name) === true,
        ...(typeof schema.description === 'string' ? { description: schema.description } : {}),
        ...(schema.default === undefined ? {} : { default: schema.default }),
        ...(Array.isArray(schema.enum) ? { enum: schema.enum } : {}),
      },
    ]),
  );
}

export function fieldText({ type, required, description, default: usual, enum: choices }: FormField): string {
  const parts = [choices === undefined ? type : choices.map((choice) => JSON.stringify(choice)).join(' | ')];
  if (usual !== undefined) parts.push(`default ${JSON.stringify(usual)}`);
  else if (required) parts.push('required');
  if (description !== undefined) parts.push(description);
  return parts.join(', ');
}
