import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'rolldown';

const client = /[\\/]packages[\\/]client[\\/]src[\\/]/;

/**
 * Puts a small table in the place of `@millrace/api`, for the client alone: commands that call a server need method and path
 * of an operation, not its schemas, which take longer to build than all else of such a command.
 */
export function contractTable(checkout: string): Plugin {
  const id = '\0contract-table';
  return {
    name: 'contract-table',
    resolveId: (source, importer) => (source === '@millrace/api' && client.test(importer ?? '') ? id : undefined),
    load: (source) => (source === id ? contractText(checkout) : undefined),
  };
}

/** By a process of its own, which reads the contract as it is now: this one may have loaded it long ago. */
function contractText(checkout: string): string {
  const contract = pathToFileURL(join(checkout, 'packages/api/src/index.ts')).href;
  const program = `import * as contract from ${JSON.stringify(contract)};
process.stdout.write(contract.contractTable(contract));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
}
