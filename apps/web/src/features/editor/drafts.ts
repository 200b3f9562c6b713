/** What somebody has typed and not saved. It outlives reloads and stays in this browser. */
export type Draft = Readonly<{
  /** As the editor shows it. */
  text: string;
  /** The digest of the file that it was made of; null: of a new file. */
  basedOn: string | null;
  at: string;
}>;

const keyOf = (workspace: string, path: string): string => `millrace.draft:${workspace}:${path}`;

export function readDraft(workspace: string, path: string): Draft | null {
  try {
    const draft: unknown = JSON.parse(localStorage.getItem(keyOf(workspace, path)) ?? 'null');
    return isDraft(draft) ? draft : null;
  } catch {
    return null; // Of another version, or storage is not allowed here.
  }
}

export function keepDraft(workspace: string, path: string, draft: Draft | null): void {
  try {
    if (draft === null) localStorage.removeItem(keyOf(workspace, path));
    else localStorage.setItem(keyOf(workspace, path), JSON.stringify(draft));
  } catch {
    // Storage is full or not allowed: leaving the page asks in any case.
  }
}

const isDraft = (value: unknown): value is Draft =>
  typeof value === 'object' &&
  value !== null &&
  'text' in value &&
  typeof value.text === 'string' &&
  'basedOn' in value;
