import type { Workflow, WorkflowVersion } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { DiffView } from '../../components/diff-view.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { Card, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ShortId } from '../../components/short-id.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { sourceQuery, versionsQuery } from './queries.ts';

/** What the workflow was before, and what changed from one version to the next. */
export function VersionsPanel({ workflow }: { workflow: Workflow }) {
  const { from, to } = useSearch({ from: '/workflows/$workspace/$workflow' });
  const named = { workspace: workflow.workspace, workflow: workflow.name };
  const query = useQuery(versionsQuery(named));
  return (
    <>
      <Card>
        <QueryView query={query} what="versions">
          {({ items }) => (
            <Table
              label="Versions"
              rows={items.map((version, index) => ({ ...version, before: items[index + 1] }))}
              columns={columns}
              rowId={({ revision }) => revision}
            />
          )}
        </QueryView>
      </Card>
      {from === undefined || to === undefined ? null : <Difference named={named} from={from} to={to} />}
    </>
  );
}

type Row = WorkflowVersion & Readonly<{ before: WorkflowVersion | undefined }>;

const columns: readonly Column<Row>[] = [
  {
    id: 'revision',
    header: 'Since revision',
    width: '13rem',
    cell: ({ revision, live }) => (
      <span className="inline-flex items-center gap-2">
        <ShortId id={revision} />
        {live ? <Mark tone="good">live</Mark> : null}
      </span>
    ),
  },
  { id: 'since', header: 'Live since', width: '9rem', cell: ({ since }) => <RelativeTime at={since} /> },
  { id: 'plan', header: 'Plan', from: 'md', cell: ({ plan }) => <ShortId id={plan} /> },
  {
    id: 'source',
    header: 'Source',
    width: '6rem',
    cell: ({ last_revision: revision }) => (
      <Link to="." search={{ view: 'source', revision }} className={linkClass}>
        Source
      </Link>
    ),
  },
  {
    id: 'difference',
    header: 'Difference',
    width: '10rem',
    cell: ({ before, revision }) =>
      before === undefined ? (
        <span className="text-faint">the oldest kept</span>
      ) : (
        <Link
          to="."
          search={{ view: 'versions', from: before.last_revision, to: revision }}
          resetScroll={false}
          className={linkClass}
        >
          to the one before
        </Link>
      ),
  },
];

type Named = Readonly<{ workspace: string; workflow: string }>;

function Difference({ named, from, to }: { named: Named; from: string; to: string }) {
  const before = useQuery(sourceQuery(named, from));
  const after = useQuery(sourceQuery(named, to));
  return (
    <Section
      title="Difference"
      aside={
        <span className="text-soft text-sm">
          from <ShortId id={from} /> to <ShortId id={to} />
        </span>
      }
    >
      <QueryView query={before} what="source">
        {(old) => (
          <QueryView query={after} what="source">
            {(next) => (
              <>
                {old.file === next.file ? null : (
                  <p className="border-b px-4 py-2 text-soft text-sm">
                    It moved from {old.file} to {next.file}.
                  </p>
                )}
                <DiffView before={old.text} after={next.text} label="Difference of the sources" />
              </>
            )}
          </QueryView>
        )}
      </QueryView>
    </Section>
  );
}
