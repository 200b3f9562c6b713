// Measures what Millrace promises, on this machine: npm run bench -- --help
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { startDatabases } from './databases.ts';
import { measureAll } from './measure.ts';
import { helpText, type Options, readOptions, WrongOption } from './options.ts';
import { installPeer, versionsOf } from './peers/install-peers.ts';
import { describeMachine, readLoad } from './report/machine.ts';
import { performancePage, type Report } from './report/performance-page.ts';
import { formatTable } from './report/table.ts';
import type { Note } from './rows.ts';
import { type Subject, subjectsOf } from './subjects.ts';

/** Progress and whatever else is for people: stdout holds the answer alone. */
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const page = new URL('../docs/performance.md', import.meta.url);

const options = readArguments();
if (options === null) process.stdout.write(helpText());
else await run(options);

async function run(options: Options): Promise<void> {
  const { from } = options;
  const report = from === null ? await measure(options) : (JSON.parse(readFileSync(from, 'utf8')) as Report);
  const told = options.json ? JSON.stringify(report, null, 2) : formatTable(report.rows, report.notes);
  process.stdout.write(`${told}\n`);
  if (options.writeDocs) writeFileSync(page, performancePage(report));
}

async function measure(options: Options): Promise<Report> {
  if (options.profiles !== null) mkdirSync(options.profiles, { recursive: true });
  const databases = await startDatabases(options.database);
  try {
    const before = describeMachine(databases.describe);
    const { subjects, missing } = preparePeers(options);
    const { rows, notes, failed } = await measureAll(options, databases, subjects, say);
    if (failed > 0) process.exitCode = 1;
    const versions = Object.fromEntries(options.peers.map((peer) => [peer.name, versionsOf(peer)]));
    return {
      rows,
      notes: [...notes, ...missing],
      machine: { ...before, peers: versions, loadAfter: readLoad() },
    };
  } finally {
    await databases.stop();
  }
}

/** What the chosen peers are measured as, and why others of them are not. */
function preparePeers(options: Options): Readonly<{ subjects: readonly Subject[]; missing: readonly Note[] }> {
  const subjects: Subject[] = [];
  const missing: Note[] = [];
  for (const peer of options.peers) {
    const why = installPeer(peer, say);
    if (why === null) subjects.push(...subjectsOf(peer));
    else missing.push({ workload: 'all', subject: peer.name, mode: 'all', note: `not measured: ${why}` });
  }
  return { subjects, missing };
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
