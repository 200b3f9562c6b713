// Gets {batch, number} on stdin, gives the sums of one batch by region.
import { text } from 'node:stream/consumers';

const { batch, number } = JSON.parse(await text(process.stdin));
const regions = {};
for (const { region, amount } of batch) regions[region] = (regions[region] ?? 0) + amount;
console.error(`Batch ${number}: ${batch.length} rows`);
console.log(JSON.stringify({ number, regions }));
