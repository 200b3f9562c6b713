// Asks the configured registry for known holes in what is shipped (`npm audit`, without what only developers use), and fails for
// grave ones. It names no host: npm asks the registry that it is set up with. A registry that cannot answer, as mirrors
// often cannot, is told of and fails nothing: then nobody knows, which is no reason to stop.
//
//   npm run audit:dependencies
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Judgement = Readonly<{ verdict: 'clean' | 'grave' | 'unknown'; lines: readonly string[] }>;

const grave: ReadonlySet<unknown> = new Set(['high', 'critical']);

/** Reads what `npm audit --json` wrote. */
export function judgeAudit(output: string): Judgement {
  const report = parse(output);
  const found = report?.vulnerabilities;
  if (typeof found !== 'object' || found === null) {
    const message = typeof report?.message === 'string' ? report.message : 'no answer';
    return { verdict: 'unknown', lines: [`The registry tells nothing of known holes: ${message.slice(0, 200)}`] };
  }
  const holes = Object.entries(found as Readonly<Record<string, Readonly<{ severity?: unknown; range?: unknown }>>>);
  const lines = holes.map(([name, { severity, range }]) => `${String(severity)}: ${name} ${String(range)}`);
  const isGrave = holes.some(([, { severity }]) => grave.has(severity));
  return { verdict: isGrave ? 'grave' : 'clean', lines: lines.length === 0 ? ['No known hole.'] : lines };
}

function parse(output: string): Readonly<Record<string, unknown>> | null {
  try {
    const report: unknown = JSON.parse(output);
    return typeof report === 'object' && report !== null ? (report as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = ['audit', '--json', '--omit=dev', '--fetch-retries=0', '--fetch-timeout=20000'];
  const { stdout } = spawnSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32', timeout: 60_000 });
  const { verdict, lines } = judgeAudit(stdout ?? '');
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (verdict === 'grave') {
    process.stdout.write('Take versions without these holes, or say in docs/decisions why they do not matter here.\n');
    process.exitCode = 1;
  }
}
