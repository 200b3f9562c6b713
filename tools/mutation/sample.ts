// How much of the run machine do the tests hold, in minutes instead of hours? Changes packages/core in places that are chosen by
// chance, pieces of ten lines from all of its files, and tells the share that is noticed.
//
//   npm run mutate:sample                             one piece in twenty-five
//   npm run mutate:sample -- --share 0.1 --seed 7     one in ten, others
//
// A change of more lines than a piece has is never made, so those of long blocks are left out.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hash32 } from '../../packages/core/src/run/hash32.ts';

const core = 'packages/core/src';
const pieceLines = 10;

const { values } = parseArgs({
  options: { share: { type: 'string', default: '0.04' }, seed: { type: 'string', default: '1' } },
});
const share = Number(values.share);
const seed = Number(values.seed);
if (!(share > 0 && share <= 1) || !Number.isSafeInteger(seed)) {
  process.stderr.write('--share expects a part of 1, such as 0.04, and --seed a whole number.\n');
  process.exit(2);
}

const pieces = sourceFiles().flatMap((file) => chosenPieces(file));
process.stdout.write(`${pieces.length} pieces of ${pieceLines} lines, chosen by seed ${seed}.\n`);
const { status } = spawnSync(
  'stryker',
  [
    'run',
    'tools/mutation/stryker.config.mjs',
    '--mutate',
    pieces.join(','),
    '--incrementalFile',
    `.stryker/sample-${seed}-${share}.json`,
  ],
  { stdio: 'inherit', shell: process.platform === 'win32' },
);
process.exitCode = status ?? 1;

function sourceFiles(): readonly string[] {
  return readdirSync(core, { recursive: true, encoding: 'utf8' })
    .map((path) => `${core}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('/testing/'))
    .sort();
}

/** `file.ts:11-20`, as Stryker takes it. */
function chosenPieces(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').split('\n').length;
  const first = Array.from({ length: Math.ceil(lines / pieceLines) }, (_, piece) => piece * pieceLines + 1);
  return first
    .filter((line) => hash32(`${file}:${line}`, seed) / 2 ** 32 < share)
    .map((line) => `${file}:${line}-${line + pieceLines - 1}`);
}
