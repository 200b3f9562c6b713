import type { JsonObject } from '../values/json.ts';
import { isInFolder } from './folder.ts';
import type { PermissionPattern } from './permission.ts';

/**
 * Which objects of a noun are meant; what is left out means all. Of a workflow, run, log or approval the name is that of
 * the workflow; of an event its type; of a limit its key; of everything else its own.
 */
export type Selector = Readonly<{
  /** A pattern: `*` stands for any text, also none. */
  workspace?: string;
  /** A pattern. */
  name?: string;
  /** A folder of workflow files, `etl/nightly`: what is in it, and in the folders below it. */
  folder?: string;
  /** A tag of the run. */
  label?: string;
  /** Only runs that the same person, or service, started. */
  own?: true;
}>;

/** One line of a role. A deny beats every allow, of whichever role it comes. */
export type Grant = Readonly<{ effect: 'allow' | 'deny'; permission: PermissionPattern; where: Selector }>;

/** What permissions are asked about. null: the noun has no such thing. */
export type PermissionObject = Readonly<{
  workspace: string | null;
  name: string | null;
  /** In which its workflow is written; null: in none. */
  folder: string | null;
  labels: readonly string[];
  /** Who started it. */
  owner: string | null;
}>;

/** An object that is no more than its place and name; of what hangs on a workflow, also the folder of that. */
export const namedObject = (
  workspace: string | null,
  name: string | null,
  folder: string | null = null,
): PermissionObject => ({
  workspace,
  name,
  folder,
  labels: [],
  owner: null,
});

/** A run as permissions see it. Who started it is told by its trigger, where a person did. */
export const runObject = ({
  workspace,
  workflow,
  folder,
  tags,
  trigger,
}: Readonly<{
  workspace: string;
  workflow: string;
  folder?: string | undefined;
  tags: readonly string[];
  trigger: JsonObject;
}>): PermissionObject => ({
  workspace,
  name: workflow,
  folder: folder ?? null,
  labels: tags,
  owner: typeof trigger.account === 'string' ? trigger.account : null,
});

/** Whether a selector finds an object; `own` means what `actor` started. */
export function isPlace(
  { workspace, name, folder, label, own }: Selector,
  actor: string,
  object: PermissionObject,
): boolean {
  const fits = (pattern: string | undefined, text: string | null): boolean =>
    pattern === undefined || (text !== null && matchesPattern(pattern, text));
  return (
    fits(workspace, object.workspace) &&
    fits(name, object.name) &&
    (folder === undefined || isInFolder(folder, object.folder)) &&
    (label === undefined || object.labels.includes(label)) &&
    (own !== true || object.owner === actor)
  );
}

export const matchesPattern = (pattern: string, text: string): boolean => {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
};
