import type { Json } from '../../json.ts';

/** What calls of each function give: a value, or the code of an error. The tests run each as a function and as a filter. */
export type FunctionCases = Readonly<
  Record<string, readonly (readonly [call: string, result: Json | { error: string }])[]>
>;
