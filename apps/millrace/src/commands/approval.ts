import { type Command, InvalidArgumentError } from 'commander';
import { collect } from './input-option.ts';
import { parseCount } from './option-values.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type ApprovalListOptions = RemoteOptions &
  Readonly<{ workflow?: string; run?: string; approver?: string; mine?: boolean; limit?: number; after?: string }>;
export type ApprovalChoice = Readonly<{ item?: number; iteration?: number }>;
export type ApprovalGetOptions = RemoteOptions & ApprovalChoice;
export type ApprovalDelegateOptions = RemoteOptions & ApprovalChoice & Readonly<{ by?: string; comment?: string }>;
export type ApprovalAnswerOptions = RemoteOptions &
  ApprovalChoice &
  Readonly<{ by?: string; values?: string[]; comment?: string }>;

function parseIndex(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number from 0 is expected.');
  return Number(text);
}

const choose = (command: Command): Command =>
  addRemoteOptions(command)
    .argument('<run>', 'id of the run')
    .argument('<step>', 'name of the step')
    .option('--item <index>', 'which item, where several of the step are open', parseIndex)
    .option('--iteration <number>', 'which iteration, where several are open', parseIndex);

export function addApprovalCommand(program: Command): void {
  const approval = program.command('approval').description('list, show and answer what runs of a server ask people');

  addRemoteOptions(approval.command('list').description('list open approvals, those of the newest runs first'))
    .option('--workflow <name>', 'only of this workflow')
    .option('--run <id>', 'only of this run')
    .option('--approver <name>', 'only those that this person may answer')
    .option('--mine', 'only those that you may answer, and have not')
    .option('--limit <count>', 'how many; default 20', parseCount)
    .option('--after <cursor>', 'the page after this cursor')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace approval list\n  $ millrace approval list --mine\n  $ millrace approval list --approver ada --json | jq -r ".items[].prompt"\n',
    )
    .action(async (options: ApprovalListOptions) => {
      const { listApprovals } = await import('../remote/approvals.ts');
      process.exitCode = await listApprovals(options);
    });

  choose(approval.command('get').description('show an open approval: prompt, form, who may answer, who has'))
    .addHelpText('after', '\nExamples:\n  $ millrace approval get 1042 release\n')
    .action(async (run: string, step: string, options: ApprovalGetOptions) => {
      const { showApproval } = await import('../remote/approvals.ts');
      process.exitCode = await showApproval(run, step, options);
    });

  choose(
    approval.command('delegate').description('hand your vote over to another one, who may answer in your place then'),
  )
    .argument('<to>', 'who shall answer')
    .option('--by <name>', 'whose vote, where nobody signs in; default: your user name on this machine')
    .option('--comment <text>', 'a remark that is kept with it')
    .addHelpText(
      'after',
      `
You may not answer any more then, unless it is handed back. The output of the step tells of it. Exits with 2 when you have no
vote, or it cannot be handed over.

Examples:
  $ millrace approval delegate 1042 release bob
  $ millrace approval delegate 1042 regions bob --item 3 --comment "On leave until Monday" --json
`,
    )
    .action(async (run: string, step: string, to: string, options: ApprovalDelegateOptions) => {
      const { delegateApproval } = await import('../remote/approvals.ts');
      process.exitCode = await delegateApproval(run, step, to, options);
    });

  for (const decision of ['approve', 'reject'] as const) {
    choose(
      approval
        .command(decision)
        .description(decision === 'approve' ? 'approve, with what the form asks for' : 'reject, which fails the step'),
    )
      .option('--by <name>', 'in whose name, where nobody signs in; default: your user name on this machine')
      .option('--values <values>', 'of the form: JSON object, @file.json, - (stdin), or name=value', collect)
      .option('--comment <text>', 'a remark that is kept with the answer')
      .addHelpText(
        'after',
        `
Each person counts once; answering again takes the place of the first answer while the approval is open. Sending the same
answer twice is fine. Exits with 2 when you may not answer or the form is wrong, 1 when the approval has ended otherwise.

Examples:
  $ millrace approval ${decision} 1042 release
  $ millrace approval ${decision} 1042 release --by ada --comment "${decision === 'approve' ? 'Looks good' : 'Not on a Friday'}"
  $ millrace approval ${decision} 1042 regions --item 3${decision === 'approve' ? ' --values tag=v2 --json' : ''}
`,
      )
      .action(async (run: string, step: string, options: ApprovalAnswerOptions) => {
        const { answerApproval } = await import('../remote/approvals.ts');
        process.exitCode = await answerApproval(run, step, decision, options);
      });
  }
}
