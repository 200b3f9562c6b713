import type { Workspace } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { WorkflowLink } from '../workflows/workflow-link.tsx';
import { packItems } from './pack-items.ts';
import { definitionsQuery } from './queries.ts';

/** The packs whose actions and workflows the live revision uses. */
export function PacksInUse({ workspace }: { workspace: Workspace }) {
  const query = useQuery({ ...definitionsQuery(workspace.name), enabled: workspace.revision !== null });
  if (workspace.revision === null) return null;
  return (
    <Section title="Packs in use">
      <QueryView query={query} what="packs" skeletonRows={2}>
        {({ definitions }) => {
          const packs = packItems(definitions);
          if (packs.length === 0) return <p className="p-4 text-soft text-sm">The live revision uses none.</p>;
          return (
            <ul className="divide-y text-sm">
              {packs.map(({ pack, actions, workflows }) => (
                <li key={pack} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2">
                  <strong>{pack}</strong>
                  {actions.length === 0 ? null : (
                    <span className="text-soft">
                      actions {actions.map((name) => name.slice(pack.length + 1)).join(', ')}
                    </span>
                  )}
                  {workflows.map((name) => (
                    <WorkflowLink key={name} workspace={workspace.name} name={name} />
                  ))}
                </li>
              ))}
            </ul>
          );
        }}
      </QueryView>
    </Section>
  );
}
