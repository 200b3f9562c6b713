import type { WorkflowSummary } from '@millrace/api';

/** A folder of a workspace's files of definitions, or a pack, with the workflows that are written right in it. */
export type Folder<Row> = Readonly<{
  name: string;
  isPack: boolean;
  folders: readonly Folder<Row>[];
  rows: readonly Row[];
  /** Of it and of all below. */
  count: number;
}>;

type Written = Pick<WorkflowSummary, 'name' | 'file'>;
type Growing<Row> = { name: string; isPack: boolean; folders: Map<string, Growing<Row>>; rows: Row[] };

/** The workflows of one workspace by the folders that their files stand in; those of packs below their pack. */
export function foldersOf<Row extends Written>(name: string, rows: readonly Row[]): Folder<Row> {
  const root: Growing<Row> = { name, isPack: false, folders: new Map(), rows: [] };
  for (const row of rows) {
    let at = root;
    const pack = packOf(row.name);
    for (const [depth, folder] of [...(pack === '' ? [] : [pack]), ...pathOf(row.file)].entries()) {
      const next = at.folders.get(folder) ?? {
        name: folder,
        isPack: pack !== '' && depth === 0,
        folders: new Map(),
        rows: [],
      };
      at.folders.set(folder, next);
      at = next;
    }
    at.rows.push(row);
  }
  return grown(root);
}

/** The file's own name, for who looks for it. */
export const fileNameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

/** `deploy.site` belongs to the pack `deploy`; a name without a dot to none. */
const packOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf('.')));

/** The folders below `.workflows`, which all files of definitions share. */
function pathOf(file: string | null): readonly string[] {
  const folders = (file ?? '').split('/').slice(0, -1);
  return folders.slice(folders.indexOf('.workflows') + 1);
}

function grown<Row>({ name, isPack, folders, rows }: Growing<Row>): Folder<Row> {
  const below = [...folders.values()]
    .map(grown)
    .sort((left, right) => Number(left.isPack) - Number(right.isPack) || (left.name < right.name ? -1 : 1));
  return { name, isPack, folders: below, rows, count: rows.length + below.reduce((sum, { count }) => sum + count, 0) };
}
