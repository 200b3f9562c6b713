import { builtins } from './table.ts';

/** Every built-in function, in the order of the documentation. */
export const functionNames: readonly string[] = [...builtins.keys()];

/**
 * Functions on the status of steps. They are parsed like any call; their meaning comes from the host through
 * `scope.functions`, since it depends on the run.
 */
export const statusFunctionNames: readonly string[] = [
  'result',
  'succeeded',
  'failed',
  'timed_out',
  'skipped',
  'done',
  'always',
];

export function isStatusFunction(name: string): boolean {
  return statusFunctionNames.includes(name);
}
