import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timed, type Workload } from '../workload.ts';

const lineBytes = 100;
/** Steps that write at the same time. */
const writers = 4;

/** Shell steps that write lines of 100 bytes as fast as they can: from start to end of the run, all of it stored. */
export const logs: Workload = {
  name: 'logs',
  describe: 'log lines of four shell steps, into the blob store',
  subjects: 'millrace',
  why: 'no other system here keeps the output of steps',
  async measure({ openSystem, sizes: { logMegabytes } }) {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-log-'));
    const system = await openSystem();
    const write = async (megabytes: number): Promise<number> => {
      const file = join(folder, `${megabytes}.txt`);
      const line = `${'the quick brown fox jumps over the lazy dog '.repeat(3).slice(0, lineBytes - 1)}\n`;
      await writeFile(file, line.repeat((megabytes * 1e6) / lineBytes / writers));
      const ms = await timed(async () => system.finished(await system.start('talk', { file })));
      return megabytes / (ms / 1000);
    };
    await write(Math.ceil(logMegabytes / 8));
    const rate = await write(logMegabytes);
    await system.close();
    await rm(folder, { recursive: true });
    return { measurement: { throughput: { unit: 'MB/s', values: [rate] } } };
  },
};
