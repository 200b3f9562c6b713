import { Command } from 'commander';
import { expect, test } from 'vitest';
import { parseKept } from '../commands/option-values.ts';
import { retentionOf } from './retention.ts';

test.each([
  [['--keep-runs', 'forever'], null],
  [['--keep-runs', '30d'], 30 * 86_400_000],
  [[], 7],
])('what --keep-runs says, as the command line hands it on, goes before the configuration: %j', (args, runs) => {
  const command = new Command().option('--keep-runs <duration>', '', parseKept).parse(args, { from: 'user' });
  expect(retentionOf({ runs: 7 }, command.opts().keepRuns).runs).toBe(runs);
});
