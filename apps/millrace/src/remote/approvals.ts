import { userInfo } from 'node:os';
import type { Approval } from '@millrace/api';
import { MillraceError } from '@millrace/core';
import type {
  ApprovalAnswerOptions,
  ApprovalChoice,
  ApprovalDelegateOptions,
  ApprovalGetOptions,
  ApprovalListOptions,
} from '../commands/approval.ts';
import { readInput } from '../commands/input-option.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { describeApproval, formFields, titleOf } from '../terminal/show-approval.ts';
import { printable, styleOf } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { caller } from './caller.ts';
import { connect } from './connect.ts';
import { timeTaken } from './show-run.ts';

export async function listApprovals(options: ApprovalListOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const page = await client.approvals.list({
    limit: options.limit ?? 20,
    ...(namedWorkspace === null ? {} : { workspace: namedWorkspace }),
    ...(options.workflow === undefined ? {} : { workflow: options.workflow }),
    ...(options.run === undefined ? {} : { run: options.run }),
    ...(options.approver === undefined ? {} : { approver: options.approver }),
    ...(options.mine === true ? { mine: true } : {}),
    ...(options.after === undefined ? {} : { after: options.after }),
  });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(page)}\n`);
    return exitCodes.ok;
  }
  const rows = page.items.map((approval) => [
    approval.run,
    titleOf(approval),
    `${approval.workspace}/${approval.workflow}`,
    `${approval.answers.length}/${approval.quorum}`,
    timeTaken(approval.since, null),
    firstLine(approval.prompt),
  ]);
  process.stdout.write(`${formatTable(['RUN', 'STEP', 'WORKFLOW', 'ANSWERS', 'WAITS', 'PROMPT'], rows)}\n`);
  if (page.next !== null) process.stderr.write(`More: --after ${page.next}\n`);
  return exitCodes.ok;
}

const firstLine = (text: string): string => printable(text.split('\n', 1)[0] ?? '').slice(0, 80);

export async function showApproval(run: string, step: string, options: ApprovalGetOptions): Promise<ExitCode> {
  const approval = await findApproval(connect(options).client, run, step, options);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(approval)}\n` : describeApproval(approval, styleOf(process.stdout)),
  );
  return exitCodes.ok;
}

/** `approval approve` and `approval reject`. */
export async function answerApproval(
  run: string,
  step: string,
  decision: 'approve' | 'reject',
  options: ApprovalAnswerOptions,
): Promise<ExitCode> {
  const { client } = connect(options);
  const { item, iteration, comment } = options;
  const values = await readValues(client, run, step, options);
  const outcome = await client.approvals.answer(run, step, {
    by: options.by ?? userInfo().username,
    decision,
    values,
    ...(comment === undefined ? {} : { comment }),
    ...(item === undefined ? {} : { item }),
    ...(iteration === undefined ? {} : { iteration }),
  });
  if (options.json === true) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  else process.stdout.write(`${outcomeText(outcome)}\n`);
  return exitCodes.ok;
}

export async function delegateApproval(
  run: string,
  step: string,
  to: string,
  options: ApprovalDelegateOptions,
): Promise<ExitCode> {
  const { client } = connect(options);
  const { item, iteration, comment } = options;
  const handed = await client.approvals.delegate(run, step, {
    to,
    by: caller(options),
    ...(comment === undefined ? {} : { comment }),
    ...(item === undefined ? {} : { item }),
    ...(iteration === undefined ? {} : { iteration }),
  });
  if (options.json === true) process.stdout.write(`${JSON.stringify(handed)}\n`);
  else
    process.stdout.write(
      `${printable(handed.to)} may answer ${titleOf(handed)} of run ${run} in place of ${printable(handed.from)}.\n`,
    );
  return exitCodes.ok;
}

function outcomeText(outcome: Pick<Approval, 'run' | 'step' | 'item' | 'iteration' | 'quorum'> & Answered): string {
  const what = `${titleOf(outcome)} of run ${outcome.run}`;
  if (outcome.status !== 'open') return `${what} is ${outcome.status}.`;
  const left = outcome.quorum - outcome.approvals;
  return `Your answer counts. ${what} waits for ${left} more ${left === 1 ? 'person' : 'people'}.`;
}

type Answered = Readonly<{ status: 'open' | 'approved' | 'rejected'; approvals: number }>;

/** `name=value` is read by the type that the form says; for that the open approval is looked at first. */
async function readValues(client: Client, run: string, step: string, options: ApprovalAnswerOptions) {
  const { values = [] } = options;
  if (values.length === 0) return {};
  const open = (await client.approvals.ofRun(run)).items.find((one) => isChosen(one, step, options));
  return readInput(values, open === undefined ? {} : formFields(open.form));
}

type Client = ReturnType<typeof connect>['client'];

const isChosen = (approval: Approval, step: string, { item, iteration }: ApprovalChoice): boolean =>
  approval.step === step &&
  (item ?? approval.item) === approval.item &&
  (iteration ?? approval.iteration) === approval.iteration;

async function findApproval(client: Client, run: string, step: string, choice: ApprovalChoice): Promise<Approval> {
  const all = (await client.approvals.ofRun(run)).items;
  const [found, second] = all.filter((approval) => isChosen(approval, step, choice));
  if (found === undefined) {
    const names = all.map(titleOf).join(', ');
    throw new MillraceError('not_found', `Run ${run} has no open approval ${step}.`, {
      hint: names === '' ? `See what it waits for: millrace explain ${run}` : `Open are: ${names}.`,
    });
  }
  if (second === undefined) return found;
  const open = all.filter((approval) => isChosen(approval, step, choice)).map(titleOf);
  throw new MillraceError('invalid_request', `Several approvals of step ${step} are open: ${open.join(', ')}.`, {
    hint: `Name one with --item or --iteration, for example: millrace approval get ${run} ${step} --item ${found.item}`,
  });
}
