import { ChevronRight } from 'lucide-react';
import { StatusIcon } from '../../components/status.tsx';
import { RunBars } from './run-bars.tsx';
import type { WorkflowRow } from './workflow-columns.tsx';
import { WorkflowLink } from './workflow-link.tsx';

/** Workflows below their workspace and, of packs, below their pack. Branches fold. */
export function WorkflowTree({ rows }: { rows: readonly WorkflowRow[] }) {
  return (
    <div className="py-2">
      {groupsOf(rows, ({ workspace }) => workspace).map(([workspace, own]) => (
        <Branch key={workspace} name={workspace} count={own.length}>
          {groupsOf(own, ({ name }) => packOf(name)).map(([pack, members]) =>
            pack === '' ? (
              <Leaves key="" rows={members} />
            ) : (
              <Branch key={pack} name={pack} note="pack" count={members.length}>
                <Leaves rows={members} />
              </Branch>
            ),
          )}
        </Branch>
      ))}
    </div>
  );
}

function Branch({
  name,
  note,
  count,
  children,
}: {
  name: string;
  note?: string;
  count: number;
  children: React.ReactNode;
}) {
  return (
    <details open className="group/branch">
      <summary className="focus-row flex h-8 cursor-pointer list-none items-center gap-1.5 px-4 text-sm hover:bg-hover">
        <ChevronRight aria-hidden className="size-4 text-faint transition-transform group-open/branch:rotate-90" />
        <span className="font-medium">{name}</span>
        {note === undefined ? null : <span className="text-faint text-xs">{note}</span>}
        <span className="text-faint text-xs">{count}</span>
      </summary>
      <div className="pl-4">{children}</div>
    </details>
  );
}

const Leaves = ({ rows }: { rows: readonly WorkflowRow[] }) => (
  <ul>
    {rows.map((row) => (
      <li key={row.name} className="flex h-9 items-center gap-3 px-4 pl-9 text-sm hover:bg-hover">
        {row.runs[0] === undefined ? <span className="w-4" /> : <StatusIcon status={row.runs[0].status} />}
        <span className="shrink-0 font-medium">
          <WorkflowLink workspace={row.workspace} name={row.name} />
        </span>
        <span className="min-w-0 flex-1 truncate text-soft" title={row.description ?? undefined}>
          {row.description}
        </span>
        <span className="max-sm:hidden">{row.runs.length === 0 ? null : <RunBars runs={row.runs} />}</span>
      </li>
    ))}
  </ul>
);

/** `deploy.site` belongs to the pack `deploy`; a name without a dot to none. */
const packOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf('.')));

/** In the order in which the groups come first. */
function groupsOf<Item>(items: readonly Item[], groupOf: (item: Item) => string): (readonly [string, Item[]])[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), item]);
  return [...groups];
}
