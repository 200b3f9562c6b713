import { type JsonObject, planHash, type QueueDefinition } from '@millrace/core';
import type {
  RetiredRevision,
  Revision,
  RevisionTrigger,
  RevisionWorkflow,
  StoredDiagnostic,
  WorkspaceState,
  WorkspaceStore,
} from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';
import { decodeTime } from '../runs/run-rows.ts';

const publishRevision = readStatement(import.meta.url, 'publish-revision');
const rejectSource = readStatement(import.meta.url, 'reject-source');
const listWorkspaces = readStatement(import.meta.url, 'list-workspaces');
const retireRevisions = readStatement(import.meta.url, 'retire-revisions');
const getRevision = readStatement(import.meta.url, 'get-revision');
const workflowHistory = readStatement(import.meta.url, 'workflow-history');

type WorkspaceRow = Readonly<{
  name: string;
  source: string;
  revision: string | null;
  revision_at: string | null;
  synced_at: string;
  diagnostics: string;
}>;

type HistoryRow = Readonly<{ revision: string; plan: string; live_since: string }>;

type RevisionRow = Readonly<{
  workspace: string;
  revision: string;
  workflows: string;
  triggers: string;
  files: string | null;
  queues: string;
}>;

export function createWorkspaceStore(database: Database): WorkspaceStore {
  return {
    async publish({ workspace, revision, workflows, triggers, files, queues = [] }, source, diagnostics) {
      await database.query(publishRevision, [
        workspace,
        revision,
        JSON.stringify(workflows),
        JSON.stringify(triggers),
        files,
        JSON.stringify(source),
        JSON.stringify(diagnostics),
        JSON.stringify(queues),
      ]);
    },
    async reject(workspace, source, diagnostics) {
      await database.query(rejectSource, [workspace, JSON.stringify(source), JSON.stringify(diagnostics)]);
    },
    async list() {
      return (await database.query<WorkspaceRow>(listWorkspaces, [null])).map(decodeWorkspace);
    },
    async get(workspace) {
      const [row] = await database.query<WorkspaceRow>(listWorkspaces, [workspace]);
      return row === undefined ? null : decodeWorkspace(row);
    },
    async revision(workspace, revision) {
      const [row] = await database.query<RevisionRow>(getRevision, [workspace, revision]);
      return row === undefined ? null : decodeRevision(row);
    },
    async history(workspace, workflow, limit) {
      const rows = await database.query<HistoryRow>(workflowHistory, [workspace, workflow, limit]);
      return rows.map(({ revision, plan, live_since }) => ({
        revision,
        plan: planHash(plan),
        liveSince: Number(live_since),
      }));
    },
    async retire({ keepMs, limit }) {
      return await database.query<RetiredRevision>(retireRevisions, [keepMs, limit]);
    },
  };
}

const decodeWorkspace = (row: WorkspaceRow): WorkspaceState => ({
  name: row.name,
  source: JSON.parse(row.source) as JsonObject,
  revision: row.revision,
  revisionAt: decodeTime(row.revision_at),
  syncedAt: Number(row.synced_at),
  diagnostics: JSON.parse(row.diagnostics) as readonly StoredDiagnostic[],
});

const decodeRevision = (row: RevisionRow): Revision => ({
  ...(row.queues === '[]' ? {} : { queues: JSON.parse(row.queues) as readonly QueueDefinition[] }),
  workspace: row.workspace,
  revision: row.revision,
  workflows: JSON.parse(row.workflows) as readonly RevisionWorkflow[],
  triggers: JSON.parse(row.triggers) as readonly RevisionTrigger[],
  files: row.files,
});
