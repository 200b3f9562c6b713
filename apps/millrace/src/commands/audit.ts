import { type Command, InvalidArgumentError } from 'commander';
import { parseCount } from './option-values.ts';
import { addRemoteOptions, type RemoteOptions } from './remote-options.ts';

export type AuditListOptions = RemoteOptions &
  Readonly<{
    actor?: string;
    operation?: string;
    object?: string;
    outcome?: 'done' | 'refused' | 'failed';
    since?: string;
    until?: string;
    limit?: number;
    after?: string;
  }>;
export type AuditExportOptions = RemoteOptions & Readonly<{ from?: number }>;
export type AuditAnchor = Readonly<{ number: number; hash: string }>;
export type AuditVerifyOptions = RemoteOptions & Readonly<{ anchor?: AuditAnchor; file?: string }>;

export function addAuditCommand(program: Command): void {
  const audit = program.command('audit').description('list, export and verify the audit log of a server');

  addRemoteOptions(audit.command('list').description('list what was done and what was refused, newest first'))
    .option('--actor <name>', 'only by this account')
    .option('--operation <name>', 'only this operation of the API, such as setSecret')
    .option('--object <path>', 'only on this object and what is below it, such as workspaces/prod/secrets')
    .option('--outcome <outcome>', 'only done, refused or failed', parseOutcome)
    .option('--since <time>', 'only from this time on, such as 2026-11-01T00:00:00Z')
    .option('--until <time>', 'only before this time')
    .option('--limit <count>', 'how many; default 20', parseCount)
    .option('--after <number>', 'only those before this one: the page after it')
    .addHelpText(
      'after',
      '\nExamples:\n  $ millrace audit list --outcome refused\n  $ millrace audit list --object workspaces/prod/secrets --json | jq ".items[].actor"\n',
    )
    .action(async (options: AuditListOptions) => {
      const { listAudit } = await import('../remote/audit.ts');
      process.exitCode = await listAudit(options);
    });

  addRemoteOptions(audit.command('export').description('print the whole log as lines of JSON, oldest first'))
    .option('--from <number>', 'begin with this entry', parseNumber)
    .addHelpText(
      'after',
      `
The last entry is told at the end, on standard error, as an anchor: keep it where nobody who can write to the database can.

Examples:
  $ millrace audit export > audit.jsonl
  $ millrace audit export --from 4001 >> audit.jsonl
`,
    )
    .action(async (options: AuditExportOptions) => {
      const { exportAudit } = await import('../remote/audit.ts');
      process.exitCode = await exportAudit(options);
    });

  addRemoteOptions(audit.command('verify').description('verify that no entry was changed, removed, inserted or moved'))
    .option('--anchor <number:hash>', 'also verify that the log still leads on from here', parseAnchor)
    .option('--file <path>', 'verify an exported file, without a server')
    .addHelpText(
      'after',
      `
Without an anchor the chain is verified by itself. Whoever can write to the database can make a chain anew, or cut its end
off: give an anchor from an earlier verification or export. Ends with 1 if anything is wrong.

Examples:
  $ millrace audit verify
  $ millrace audit verify --anchor 4000:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  $ millrace audit verify --file audit.jsonl --json
`,
    )
    .action(async (options: AuditVerifyOptions) => {
      const { verifyAudit } = await import('../remote/audit.ts');
      process.exitCode = await verifyAudit(options);
    });
}

function parseOutcome(text: string): 'done' | 'refused' | 'failed' {
  if (text === 'done' || text === 'refused' || text === 'failed') return text;
  throw new InvalidArgumentError('It is done, refused or failed.');
}

function parseNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is the number of an entry, from 1.');
}

function parseAnchor(text: string): AuditAnchor {
  const [, number, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (number !== undefined && hash !== undefined) return { number: Number(number), hash };
  throw new InvalidArgumentError('It is the number of an entry, a colon, and its hash of 64 hexadecimal digits.');
}
