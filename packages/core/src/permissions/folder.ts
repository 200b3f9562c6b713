// The folders in which workflows are written, as permissions see them: `etl/nightly` for `.workflows/etl/nightly/load.yaml`. What
// is written right in `.workflows` is in none, nor is what a pack brings: whoever makes a pack names its folders, and must not
// get into one of the workspace by that.

/** The folder of a workflow, or of an action that a hook calls; undefined: it is in none. */
export function folderOf(name: string, file: string | undefined): string | undefined {
  if (file === undefined || name.includes('.')) return undefined;
  const folders = file.split('/').slice(0, -1);
  const below = folders.slice(folders.indexOf('.workflows') + 1);
  return below.length === 0 ? undefined : below.join('/');
}

/** Whether a folder is another one, or below it. */
export const isInFolder = (folder: string, inner: string | null): boolean =>
  inner !== null && (inner === folder || inner.startsWith(`${folder}/`));

/** Whether a text can be the folder of a selector: names between single slashes. */
export const isFolder = (text: string): boolean =>
  text.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
