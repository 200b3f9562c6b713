import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('write a first workflow into a folder; never overwrites a file')
    .argument('[path]', 'the folder; made when it is missing', '.')
    .option('--json', 'print {"written": [...], "kept": [...]}')
    .addHelpText(
      'after',
      `
Examples:
  $ millrace init
  $ millrace init my-automation && millrace run my-automation hello
`,
    )
    .action(async (path: string, options: { json?: boolean }) => {
      const { writeSample } = await import('../samples/write-sample.ts');
      const { written, kept } = await writeSample(path);
      if (options.json === true) process.stdout.write(`${JSON.stringify({ written, kept })}\n`);
      else {
        for (const file of written) process.stdout.write(`written  ${file}\n`);
        for (const file of kept) process.stdout.write(`kept     ${file} (it exists already)\n`);
        if (written.length > 0) process.stdout.write(`\nNow: millrace run ${path} hello\n`);
      }
      process.exitCode = exitCodes.ok;
    });
}
