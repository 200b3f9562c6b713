import type { CacheOptions } from '../commands/cache.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';

export async function listCache(options: CacheOptions): Promise<ExitCode> {
  const { client, namedWorkspace } = connect(options);
  const page = await client.cache.list({
    limit: options.limit ?? 50,
    ...(options.after === undefined ? {} : { after: options.after }),
    ...(namedWorkspace === null ? {} : { workspace: namedWorkspace }),
    ...filterOf(options),
  });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(page)}\n`);
    return exitCodes.ok;
  }
  const rows = page.items.map(({ key, workspace, workflow, step, run, size_bytes, expires_at }) => [
    printable(key),
    `${workspace}/${workflow}`,
    step,
    run,
    String(size_bytes),
    expires_at,
  ]);
  process.stdout.write(`${formatTable(['KEY', 'WORKFLOW', 'STEP', 'RUN', 'BYTES', 'EXPIRES'], rows)}\n`);
  if (page.next !== null) process.stderr.write(`More: --after ${page.next}\n`);
  return exitCodes.ok;
}

export async function clearCache(options: CacheOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const { removed } = await client.cache.clear({ workspace, ...filterOf(options) });
  if (options.json === true) process.stdout.write(`${JSON.stringify({ removed })}\n`);
  else process.stdout.write(`Removed ${removed} ${removed === 1 ? 'output' : 'outputs'} of workspace ${workspace}.\n`);
  return exitCodes.ok;
}

const filterOf = ({ workflow, step, key }: CacheOptions) => ({
  ...(workflow === undefined ? {} : { workflow }),
  ...(step === undefined ? {} : { step }),
  ...(key === undefined ? {} : { key }),
});
