import type { WorkspaceFileList } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { FilePlus2, Lock } from 'lucide-react';
import { useState } from 'react';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { Button } from '../../components/button.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { FileList } from './file-list.tsx';
import { NewFile, OpenFile } from './open-file.tsx';
import { PathDialog } from './path-dialog.tsx';
import { filesQuery } from './queries.ts';

/** The files of definitions of a workspace: edited here where they are this server's to change, else read. */
export function FilesPage() {
  const { workspace } = useParams({ from: '/workspaces/$workspace/files' });
  const poll = useLiveRefresh({ types: ['workspace'], workspace }, ['files', workspace]);
  const query = useQuery({ ...filesQuery(workspace), refetchInterval: poll });
  return (
    <Page
      title={`Files of ${workspace}`}
      heading={
        <h1 className="font-semibold text-xl">
          Files of{' '}
          <Link to="/workspaces/$workspace" params={{ workspace }} className="text-accent underline">
            {workspace}
          </Link>
        </h1>
      }
    >
      <QueryView query={query} what="files">
        {(files) => <Files workspace={workspace} files={files} />}
      </QueryView>
    </Page>
  );
}

function Files({ workspace, files }: { workspace: string; files: WorkspaceFileList }) {
  const { file } = useSearch({ from: '/workspaces/$workspace/files' });
  const navigate = useNavigate({ from: '/workspaces/$workspace/files' });
  const [naming, setNaming] = useState(false);
  const paths = files.items.map(({ path }) => path);
  const isNew = file !== undefined && !paths.includes(file);
  return (
    <>
      {files.read_only === null ? null : (
        <p role="note" className="flex items-start gap-2 rounded-lg border bg-wait-ground px-4 py-2 text-sm text-wait">
          <Lock aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span>
            {files.read_only.reason} {files.read_only.hint}
          </span>
        </p>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[14rem_minmax(0,1fr)]">
        <Card>
          <FileList workspace={workspace} paths={isNew ? [...paths, file].sort() : paths} selected={file} />
          {files.editable ? (
            <div className="border-t p-2">
              <Button small look="quiet" needs="workspace:change" onClick={() => setNaming(true)}>
                <FilePlus2 aria-hidden />
                New file
              </Button>
            </div>
          ) : null}
        </Card>
        {file === undefined ? (
          <Card>
            <Empty icon={<FilePlus2 />} title="No file is open">
              {files.editable ? 'Choose one, or begin a new one.' : 'Choose one to read it.'}
            </Empty>
          </Card>
        ) : isNew && files.editable ? (
          <NewFile key={file} workspace={workspace} path={file} />
        ) : (
          <OpenFile key={file} workspace={workspace} path={file} />
        )}
      </div>
      <PathDialog
        open={naming}
        onOpenChange={setNaming}
        title="New file"
        action="Begin"
        initial=".workflows/"
        taken={paths}
        onChoose={(path) => {
          setNaming(false);
          void navigate({ search: { file: path } });
        }}
      />
    </>
  );
}
