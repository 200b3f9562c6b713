// The whole suite: types, style, dead code, tests. Everything runs, then the verdict; the last line counts.
//
//   npm test                 everything
//   npm test -- --only core  only the tests below a path that contains the word
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Stage = Readonly<{ name: string; command: string; args: readonly string[] }>;
type Assertion = Readonly<{ status: string; fullName: string }>;
type Report = Readonly<{
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: readonly Readonly<{
    name: string;
    status: string;
    message: string;
    assertionResults: readonly Assertion[];
  }>[];
}>;

const only = process.argv.indexOf('--only');
const filters = only < 0 ? [] : process.argv.slice(only + 1);
const reportFile = join(tmpdir(), `millrace-vitest-${process.pid}.json`);

const stages: readonly Stage[] = [
  { name: 'build', command: 'node', args: ['tools/build.ts'] },
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
  { name: 'types of the web UI', command: 'tsc', args: ['-p', 'apps/web'] },
  { name: 'style', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'dead code', command: 'knip', args: ['--no-progress', '--no-config-hints'] },
  {
    name: 'tests',
    command: 'vitest',
    args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`, ...filters],
  },
];

const failedStages: string[] = [];
for (const { name, command, args } of filters.length > 0 ? stages.slice(-1) : stages) {
  const began = performance.now();
  process.stdout.write(`\n── ${name} ──\n`);
  const result = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const passed = result.status === 0;
  if (!passed) failedStages.push(name);
  process.stdout.write(`── ${name}: ${passed ? 'passed' : 'FAILED'} (${seconds} s) ──\n`);
}

const report = readReport();
const skipped = report.testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter(({ status }) => status === 'pending' || status === 'skipped').map(({ fullName }) => fullName),
);
for (const name of skipped) process.stdout.write(`skipped: ${name}\n`);
if (skipped.length > 0 && process.env.CI !== undefined) {
  process.stdout.write('In CI every test must run. Make what it needs available, or remove it.\n');
  failedStages.push('skipped tests');
}
if (failedStages.length > 0) process.stdout.write(`Failed: ${failedStages.join(', ')}.\n`);
const failed = Math.max(report.numFailedTests, failedStages.length);
process.stdout.write(`\n${report.numPassedTests} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

function readReport(): Report {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  } catch {
    failedStages.push('test report');
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] };
  } finally {
    rmSync(reportFile, { force: true });
  }
}
