import { readFile } from 'node:fs/promises';
import { type AuditVerdict, auditLine } from '@millrace/api';
import { canonicalJson, MillraceError } from '@millrace/core';
import { type AuditRow, genesisHash, verifyRows } from '@millrace/engine';
import type { AuditAnchor, AuditExportOptions, AuditListOptions, AuditVerifyOptions } from '../commands/audit.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable, styleOf } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';

export async function listAudit(options: AuditListOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const { json, limit, actor, operation, object, outcome, since, until, after } = options;
  const asked = { actor, operation, object, outcome, since, until, after, workspace: namedWorkspace ?? undefined };
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const page = await client.audit.list({ ...given, limit: limit ?? 20 });
  if (json === true) {
    process.stdout.write(`${JSON.stringify(page)}\n`);
    return exitCodes.ok;
  }
  const rows = page.items.map((entry) => [
    String(entry.number),
    entry.at,
    printable(entry.actor ?? '-'),
    entry.operation,
    printable(entry.object ?? '-'),
    `${entry.outcome}${entry.code === null ? '' : ` (${entry.code})`}${entry.count > 1 ? ` ${entry.count} times` : ''}`,
    entry.address ?? '-',
  ]);
  process.stdout.write(`${formatTable(['ENTRY', 'AT', 'ACTOR', 'OPERATION', 'OBJECT', 'OUTCOME', 'ADDRESS'], rows)}\n`);
  if (page.next !== null) process.stderr.write(`More: --after ${page.next}\n`);
  return exitCodes.ok;
}

export async function exportAudit(options: AuditExportOptions): Promise<ExitCode> {
  const { client } = connect(options);
  let tail = '';
  for await (const text of client.audit.export(options.from === undefined ? {} : { from: options.from })) {
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
    // What is left of an earlier part is a whole line only together with the beginning of this one.
    const lines = (tail + text).split('\n').slice(-2);
    tail = lines.join('\n');
  }
  const last = tail.trim();
  if (last !== '') {
    const { number, hash } = auditLine.parse(JSON.parse(last));
    process.stderr.write(`Anchor: ${number}:${hash}\n`);
  }
  return exitCodes.ok;
}

export async function verifyAudit(options: AuditVerifyOptions): Promise<ExitCode> {
  const verdict =
    options.file === undefined ? await verifyServer(options) : await verifyFile(options.file, options.anchor);
  const { findings, checked, last } = verdict;
  if (options.json === true) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else {
    const style = styleOf(process.stdout);
    for (const { message } of findings) process.stdout.write(`${style.red('wrong')} ${message}\n`);
    if (verdict.anchor_removed)
      process.stdout.write('Retention has removed the row of the anchor, so it shows nothing.\n');
    const rows = `${checked} ${checked === 1 ? 'row' : 'rows'}`;
    if (findings.length === 0) process.stdout.write(`${style.green('right')} ${rows}, up to ${last.number}.\n`);
    if (findings.length === 0) process.stdout.write(`Anchor for later: ${last.number}:${last.hash}\n`);
  }
  return findings.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** A piece at a time, each beginning where the last one ended. */
async function verifyServer(options: AuditVerifyOptions): Promise<AuditVerdict> {
  const { client } = connect(options);
  let anchor: AuditAnchor | null = options.anchor ?? null;
  let whole: AuditVerdict | null = null;
  do {
    const verdict: AuditVerdict = await client.audit.verify({ anchor });
    whole =
      whole === null
        ? verdict
        : {
            ...verdict,
            findings: [...whole.findings, ...verdict.findings],
            from: whole.from,
            checked: whole.checked + verdict.checked,
            anchor_removed: whole.anchor_removed,
          };
    anchor = verdict.next;
  } while (anchor !== null && whole.findings.length < 100);
  return whole;
}

/** The lines of one or more exports, one after the other; they may begin anywhere. */
async function verifyFile(path: string, anchor: AuditAnchor | undefined): Promise<AuditVerdict> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new MillraceError('invalid_request', `${path} cannot be read.`, { hint: 'Check the path of --file.', cause });
  });
  const rows = text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [readRow(line, `${path}:${index + 1}`)]));
  const [first] = rows;
  const start =
    first === undefined || first.number === 1
      ? { number: 0, hash: genesisHash }
      : { number: first.number - 1, hash: first.previousHash };
  const { findings, last } = verifyRows(start, rows);
  const anchored = anchor === undefined ? [] : anchorFindings(rows, anchor);
  return {
    findings: [...anchored, ...findings],
    from: start.number + 1,
    checked: rows.length,
    last,
    next: null,
    anchor_removed: false,
  };
}

function anchorFindings(rows: readonly AuditRow[], { number, hash }: AuditAnchor): AuditVerdict['findings'] {
  const row = rows.find((one) => one.number === number);
  if (row?.hash === hash) return [];
  const at = { number, through: number };
  if (row === undefined)
    return [{ kind: 'cut_off', ...at, message: `Row ${number} of the anchor is not in the file.` }];
  return [{ kind: 'forked', ...at, message: `Row ${number} is another one than the anchor was taken of.` }];
}

function readRow(line: string, place: string): AuditRow {
  try {
    const { number, previous_hash, hash, entry } = auditLine.parse(JSON.parse(line));
    const facts = entry as AuditRow['facts'];
    return { number, previousHash: previous_hash, hash, document: canonicalJson(entry), facts };
  } catch (cause) {
    throw new MillraceError('invalid_request', `${place} is no line of an exported audit log.`, {
      hint: 'millrace audit export writes such files.',
      cause,
    });
  }
}
