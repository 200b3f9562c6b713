import type { Workflow } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { linkClass } from '../../components/link-class.ts';
import { Card } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { ShortId } from '../../components/short-id.tsx';
import { SourceView } from '../../components/source-view.tsx';
import { sourceQuery } from './queries.ts';

/** The file that the workflow is written in, at the live or another revision, with a way to each of its steps. */
export function SourcePanel({ workflow }: { workflow: Workflow }) {
  const { revision } = useSearch({ from: '/workflows/$workspace/$workflow' });
  const query = useQuery(sourceQuery({ workspace: workflow.workspace, workflow: workflow.name }, revision));
  return (
    <Card>
      <QueryView query={query} what="source" skeletonRows={12}>
        {(source) => (
          <>
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b px-4 py-2 text-sm">
              <code className="font-mono text-xs">{source.file}</code>
              <span className="text-soft">
                at <ShortId id={source.revision} />
              </span>
              {revision === undefined && source.file.startsWith('.workflows/') ? (
                <Link
                  to="/workspaces/$workspace/files"
                  params={{ workspace: workflow.workspace }}
                  search={{ file: source.file, line: String(source.line) }}
                  className={linkClass}
                >
                  Open in the editor
                </Link>
              ) : null}
              {revision === undefined ? null : (
                <Link to="." search={{ view: 'source' }} className={linkClass}>
                  the live revision
                </Link>
              )}
              <nav aria-label="Steps" className="flex flex-wrap gap-x-3">
                {Object.entries(source.steps).map(([step, line]) => (
                  <Link
                    key={step}
                    to="."
                    search={true}
                    hash={`L${line}`}
                    hashScrollIntoView={false}
                    resetScroll={false}
                    className={linkClass}
                  >
                    {step}
                  </Link>
                ))}
              </nav>
            </div>
            <SourceView text={source.text} first={source.line} />
          </>
        )}
      </QueryView>
    </Card>
  );
}
