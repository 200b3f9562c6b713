import { ChevronRight } from 'lucide-react';
import { StatusIcon } from '../../components/status.tsx';
import { RunBars } from './run-bars.tsx';
import type { WorkflowRow } from './workflow-columns.tsx';
import { type Folder, fileNameOf, foldersOf } from './workflow-folders.ts';
import { WorkflowLink } from './workflow-link.tsx';

/** Workflows below their workspace, in the folders of their files; those of packs below their pack. Branches fold. */
export function WorkflowTree({ rows }: { rows: readonly WorkflowRow[] }) {
  return (
    <div className="py-2">
      {[...Map.groupBy(rows, ({ workspace }) => workspace)].map(([workspace, own]) => (
        <Branch key={workspace} folder={foldersOf(workspace, own)} />
      ))}
    </div>
  );
}

const Branch = ({ folder: { name, isPack, folders, rows, count } }: { folder: Folder<WorkflowRow> }) => (
  <details open className="group/branch">
    <summary className="focus-row flex h-8 cursor-pointer list-none items-center gap-1.5 px-4 text-sm hover:bg-hover">
      <ChevronRight
        aria-hidden
        className="size-4 shrink-0 text-faint transition-transform [[open]>summary>&]:rotate-90"
      />
      <span className="truncate font-medium">{name}</span>
      {isPack ? <span className="text-faint text-xs">pack</span> : null}
      <span className="text-faint text-xs">{count}</span>
    </summary>
    <div className="ml-6 border-l">
      {folders.map((folder) => (
        <Branch key={`${folder.isPack} ${folder.name}`} folder={folder} />
      ))}
      <ul>
        {rows.map((row) => (
          <Leaf key={row.name} row={row} />
        ))}
      </ul>
    </div>
  </details>
);

const Leaf = ({ row: { workspace, name, description, file, runs } }: { row: WorkflowRow }) => (
  <li className="flex h-9 items-center gap-3 px-4 text-sm hover:bg-hover">
    {runs[0] === undefined ? <span className="w-4 shrink-0" /> : <StatusIcon status={runs[0].status} />}
    <span className="max-w-1/2 shrink-0 truncate font-medium">
      <WorkflowLink workspace={workspace} name={name} />
    </span>
    <span className="min-w-0 flex-1 truncate text-soft" title={description ?? undefined}>
      {description}
    </span>
    {file === null ? null : (
      <code className="shrink-0 font-mono text-faint text-xs max-md:hidden" title={file}>
        {fileNameOf(file)}
      </code>
    )}
    <span className="w-24 shrink-0 text-right max-sm:hidden">{runs.length === 0 ? null : <RunBars runs={runs} />}</span>
  </li>
);
