import * as contract from '@millrace/api';
import type { Plugin } from 'vite';

/**
 * Puts a small table in the place of `@millrace/api`: pages call the server by method and path, typed by the contract. Its
 * schemas would be a third of the first load.
 */
export function contractTable(): Plugin {
  const id = '\0contract-table';
  return {
    name: 'millrace:contract-table',
    enforce: 'pre',
    resolveId: (source) => (source === '@millrace/api' ? id : undefined),
    load: (source) => (source === id ? contract.contractTable(contract) : undefined),
  };
}
