// Measures what Millrace promises, on this machine: npm run bench -- --help
import { mkdirSync } from 'node:fs';
import { startDatabases } from './databases.ts';
import { measureAll } from './measure.ts';
import { helpText, type Options, readOptions, WrongOption } from './options.ts';
import { describeMachine, type Machine, readLoad } from './report/machine.ts';
import { formatTable } from './report/table.ts';

/** Progress and whatever else is for people: stdout holds the answer alone. */
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const options = readArguments();
if (options === null) process.stdout.write(helpText());
else await run(options);

async function run(options: Options): Promise<void> {
  if (options.profiles !== null) mkdirSync(options.profiles, { recursive: true });
  const databases = await startDatabases(options.database);
  try {
    const before = describeMachine(databases.describe);
    const { rows, notes, failed } = await measureAll(options, databases, [], say);
    const machine: Machine = { ...before, loadAfter: readLoad() };
    const told = options.json ? JSON.stringify({ rows, notes, machine }, null, 2) : formatTable(rows, notes);
    process.stdout.write(`${told}\n`);
    process.exitCode = failed > 0 ? 1 : 0;
  } finally {
    await databases.stop();
  }
}

function readArguments(): Options | null {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof WrongOption)) throw error;
    say(error.message);
    process.exit(2);
  }
}
