import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Card } from '../../components/page.tsx';
import { Skeleton } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SourceView } from '../../components/source-view.tsx';
import { shownText } from './line-ends.ts';
import { fileQuery } from './queries.ts';

/** The editor is more code than all else of the page: it is loaded by who edits. */
const Editing = lazy(async () => ({ default: (await import('./editing.tsx')).Editing }));

/** A file that is there: edited, or read where it cannot be changed. */
export function OpenFile({ workspace, path }: { workspace: string; path: string }) {
  const { line } = useSearch({ from: '/workspaces/$workspace/files' });
  const query = useQuery({ ...fileQuery(workspace, path) });
  return (
    <QueryView query={query} what="file" skeletonRows={16}>
      {(file) =>
        file.editable ? (
          <Suspense fallback={<Skeleton what="editor" rows={16} />}>
            <Editing workspace={workspace} path={path} server={file} />
          </Suspense>
        ) : (
          <Card>
            <p className="border-b px-4 py-2 font-mono text-xs">{path}</p>
            <SourceView text={shownText(file.text)} first={line === undefined ? 1 : Number(line)} />
          </Card>
        )
      }
    </QueryView>
  );
}

const begun = { text: '', digest: null };

/** A file that is not there yet. */
export const NewFile = ({ workspace, path }: { workspace: string; path: string }) => (
  <Suspense fallback={<Skeleton what="editor" rows={16} />}>
    <Editing workspace={workspace} path={path} server={begun} />
  </Suspense>
);
