// Measures what Millrace promises, on this machine.
//
//   npm run bench                          every workload, on the embedded PostgreSQL
//   npm run bench -- --only single-step    one workload; several, separated by commas, in turn
//   npm run bench -- --rounds 5 --json     more rounds, as {"rows":[…]}
//   npm run bench -- --store memory        without a database: what the engine itself costs
//   npm run bench -- --worker http         with the worker behind HTTP, as `millrace work` is
//   npm run bench -- --store postgresql://user:password@host/database
import { parseArgs } from 'node:util';
import { formatTable, type Measurement, type Row, summarise } from './harness.ts';
import { startMillrace } from './millrace-system.ts';
import { workloads } from './workloads/index.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    store: { type: 'string', default: 'embedded' },
    worker: { type: 'string', default: 'calls' },
    json: { type: 'boolean', default: false },
  },
});

const only = values.only?.split(',');
const chosen = workloads.filter(({ name }) => only === undefined || only.includes(name));
if (chosen.length === 0) {
  process.stderr.write(
    `There is no workload ${values.only}. There are: ${workloads.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}

const where = values.store === 'embedded' || values.store === 'memory' ? values.store : { url: values.store };
const system = await startMillrace(where, values.worker === 'http' ? 'http' : 'calls');
const measured = new Map<string, Measurement[]>(chosen.map(({ name }) => [name, []]));
for (const workload of chosen) await workload.measure(system); // warm
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const workload of chosen) {
    if (!values.json) process.stderr.write(`round ${round + 1}: ${workload.describe}\n`);
    measured.get(workload.name)?.push(await workload.measure(system));
  }
}
await system.close();
const rows: Row[] = chosen.flatMap(({ name }) => summarise(name, system, measured.get(name) ?? []));
process.stdout.write(values.json ? `${JSON.stringify({ rows }, null, 2)}\n` : `${formatTable(rows)}\n`);
