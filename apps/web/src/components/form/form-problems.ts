import type { Problem } from '@millrace/api';
import { ApiError } from '@millrace/client';

/** What the server says of single values of an input; empty when it says nothing of them. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (!(error instanceof ApiError) || error.code !== 'invalid_input') return [];
  const problems = error.details?.problems;
  return Array.isArray(problems) ? (problems as unknown as readonly Problem[]) : [];
}

/** Problems by the field that they belong to; those of no field, or of all of it, are `rest`. */
export function sortProblems(
  problems: readonly Problem[],
  names: ReadonlySet<string>,
): Readonly<{ byField: ReadonlyMap<string, string>; rest: readonly string[] }> {
  const byField = new Map<string, string>();
  const rest: string[] = [];
  for (const { path, message } of problems) {
    const name = (path.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
    if (!names.has(name)) rest.push(message);
    else byField.set(name, [byField.get(name), withoutField(message, name)].filter(Boolean).join(' '));
  }
  return { byField, rest };
}

/** The field's name stands above it already: `/replicas: expected …` is `Expected …` there. */
function withoutField(message: string, name: string): string {
  const prefix = `/${name}: `;
  if (!message.startsWith(prefix)) return message;
  const rest = message.slice(prefix.length);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
