import { checkInput, hiddenFields, type JsonObject, MillraceError, type Plan, secretFields } from '@millrace/core';
import type { EngineSettings } from '../settings.ts';

/** A run's input as it is stored. */
export type CheckedInput = Readonly<{ input: JsonObject; inputText: string }>;

/** Checks the input of a run against its workflow's schema, and its size. Codes: invalid_input, too_large. */
export function checkedInput(plan: Plan, input: JsonObject, settings: EngineSettings): CheckedInput {
  const { workspace, workflow } = plan;
  const checked = checkInput(plan.input, input);
  if (!checked.ok) {
    const lines = checked.problems.map(({ message }) => message);
    throw new MillraceError('invalid_input', `The input of ${workspace}/${workflow} is not valid. ${lines.join(' ')}`, {
      hint: `See the input that it takes: millrace workflow get ${workflow}`,
      details: { problems: checked.problems.map((problem) => ({ ...problem })) },
    });
  }
  refuseHidden(plan, checked.value);
  const inputText = JSON.stringify(checked.value);
  const sizeBytes = Buffer.byteLength(inputText);
  if (sizeBytes > settings.inputBytes) {
    throw new MillraceError(
      'too_large',
      `The input is ${sizeBytes} bytes; at most ${settings.inputBytes} are allowed.`,
      {
        hint: 'Put large data into a file or object store and give its address as input, or raise the limit input_bytes.',
      },
    );
  }
  return { input: checked.value, inputText };
}

/** Whoever copies the input of a run gets `***` for what is secret; a run with that in its place would do harm. */
function refuseHidden({ workspace, workflow, input: parameters }: Plan, input: JsonObject): void {
  const pointers = secretFields(parameters);
  const [path] = pointers.length === 0 ? [] : hiddenFields(input, pointers);
  if (path === undefined) return;
  const message = `${path}: expected the secret itself, got what is shown in its place.`;
  throw new MillraceError('invalid_input', `The input of ${workspace}/${workflow} is not valid. ${message}`, {
    hint: 'Type the value anew: it is not shown to anybody.',
    details: { problems: [{ path, expected: 'the secret itself', actual: '***', message }] },
  });
}
