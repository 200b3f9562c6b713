import { MillraceError } from '@millrace/core';
import type { ExplainOptions } from '../commands/explain.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { styleOf } from '../terminal/style.ts';
import { connect } from './connect.ts';
import { describeExplanation } from './show-explanation.ts';

/** `explain`: exits with 0 whatever the reasons are; they are an answer, not a failure. */
export async function explainRun(run: string, step: string | undefined, options: ExplainOptions): Promise<ExitCode> {
  if (options.item !== undefined && step === undefined) {
    throw new MillraceError('invalid_request', '--item needs the name of its step.', {
      hint: `For example: millrace explain ${run} STEP --item ${options.item}`,
    });
  }
  const { client } = connect(options);
  const explanation = await client.runs.explain(run, {
    ...(step === undefined ? {} : { step }),
    ...(options.item === undefined ? {} : { item: options.item }),
  });
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(explanation)}\n`
      : describeExplanation(explanation, styleOf(process.stdout)),
  );
  return exitCodes.ok;
}
