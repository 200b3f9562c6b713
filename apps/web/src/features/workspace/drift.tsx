import type { Workspace, WorkspaceComparison } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Diagnostics } from '../../components/diagnostics.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { NameField } from '../../components/name-field.tsx';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { ShortId } from '../../components/short-id.tsx';
import type { Tone } from '../../components/status.tsx';
import { driftQuery } from './queries.ts';

/** What the source, or another branch, tag or commit of it, would change. */
export function Drift({ workspace }: { workspace: Workspace }) {
  const [ref, setRef] = useState<string | null>(null);
  const query = useQuery(driftQuery(workspace.name, ref));
  return (
    <Section
      title="What would change"
      aside={
        workspace.source.type === 'git' ? (
          <NameField label="Branch, tag or commit" value={ref ?? ''} onChange={(text) => setRef(text || null)} />
        ) : undefined
      }
    >
      <QueryView query={query} what="the difference" skeletonRows={3}>
        {(comparison) => <Comparison comparison={comparison} told={ref === null ? workspace.diagnostics : []} />}
      </QueryView>
    </Section>
  );
}

/** `told`: what the page says already. */
function Comparison({ comparison, told }: { comparison: WorkspaceComparison; told: Workspace['diagnostics'] }) {
  const { changes, warnings, diagnostics, revision } = comparison;
  if (diagnostics.some(({ severity }) => severity === 'error')) {
    return (
      <>
        <p className="px-4 py-2 text-sm">It could not become live: it has errors.</p>
        {JSON.stringify(diagnostics) === JSON.stringify(told) ? null : (
          <div className="border-t">
            <Diagnostics diagnostics={diagnostics} />
          </div>
        )}
      </>
    );
  }
  if (changes.length === 0)
    return <p className="p-4 text-soft text-sm">Nothing: what is live is what the source holds.</p>;
  return (
    <>
      <p className="border-b px-4 py-2 text-soft text-sm">
        At <ShortId id={revision} />
      </p>
      <ul className="divide-y text-sm">
        {changes.map((change) => (
          <Change key={`${change.kind} ${change.name}`} change={change} workspace={comparison.workspace} />
        ))}
        {warnings.map(({ code, message }) => (
          <li key={`${code} ${message}`} className="flex items-baseline gap-3 px-4 py-2">
            <Mark tone="wait">{code.replaceAll('_', ' ')}</Mark>
            <span>{message}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

const tones = { added: 'good', changed: 'busy', removed: 'bad' } as const satisfies Readonly<Record<string, Tone>>;

function Change({ change, workspace }: { change: WorkspaceComparison['changes'][number]; workspace: string }) {
  const { kind, name, change: what, keys } = change;
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2">
      <Mark tone={tones[what]}>{what}</Mark>
      <span>
        {kind}{' '}
        {kind === 'workflow' && what !== 'added' ? (
          <Link
            to="/workflows/$workspace/$workflow"
            params={{ workspace, workflow: name }}
            className={`font-medium ${linkClass}`}
          >
            {name}
          </Link>
        ) : (
          <strong>{name}</strong>
        )}
      </span>
      <span className="min-w-0 break-words font-mono text-soft text-xs">{keys.join(', ')}</span>
    </li>
  );
}
