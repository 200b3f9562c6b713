// Ticks of schedules under kills: npm run simulate:schedules -- --seed 1 --schedules 10000 --hours 10
import { parseArgs } from 'node:util';
import { simulateSchedules } from '../packages/engine/testkit/schedule-simulation/simulate-schedules.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    schedules: { type: 'string', default: '10000' },
    hours: { type: 'string', default: '10' },
    'kill-every': { type: 'string', default: '60' },
  },
});
const began = process.hrtime.bigint();
const result = await simulateSchedules({
  seed: Number(values.seed),
  schedules: Number(values.schedules),
  hours: Number(values.hours),
  killEveryMs: Number(values['kill-every']) * 1_000,
  print: (line) => process.stdout.write(`${line}\n`),
});
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
for (const line of result.wrong.slice(0, 20)) process.stdout.write(`WRONG ${line}\n`);
const { ticks, kills, repeated, latestMs, wrong } = result;
process.stdout.write(
  `${ticks} ticks, ${kills} kills, ${repeated} starts repeated, the latest run ${latestMs} ms after its time, ` +
    `${wrong.length} wrong; ${seconds.toFixed(0)} s\n`,
);
process.exit(wrong.length === 0 ? 0 : 1);
