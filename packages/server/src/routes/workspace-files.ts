import type { CheckedFile } from '@millrace/api';
import { compilePlan, type Definitions, MillraceError, type Parameters } from '@millrace/core';
import { functionNames, jsonSchema, statusFunctionNames } from '@millrace/definition';
import { compileAll, readSources } from '@millrace/engine';
import type { FastifyInstance } from 'fastify';
import { mountRoute } from '../contract/mount-route.ts';
import { presentGraph } from '../present/present-graph.ts';
import { presentWorkspace } from '../present/present-workspace.ts';
import type { ServerContext } from '../server-context.ts';
import type { Editing, WorkspaceFiles } from '../workspace-files.ts';
import { findWorkspace, loadsHere } from './workspaces.ts';

/** Files of definitions: read, checked as drafts, and changed where they are this server's to change. */
export function addWorkspaceFileRoutes(app: FastifyInstance, { engine, options }: ServerContext): void {
  let grammar: Readonly<{ schema: ReturnType<typeof jsonSchema>; functions: string[] }> | null = null;

  const editingOf = async (workspace: string): Promise<Editing> => {
    await findWorkspace(engine, workspace);
    if (options.editor === false) {
      const hint = 'It was started with --no-editor. Change the files where they are.';
      return { files: null, reason: 'Files cannot be edited through this server.', hint };
    }
    if (options.sources !== undefined) return options.sources.editing(workspace);
    const hint = 'Ask the server that watches the source.';
    return { files: null, reason: 'This server does not load workspaces itself.', hint };
  };

  /** Throws `invalid_request` with the reason where they cannot be edited. */
  const filesOf = async (workspace: string): Promise<WorkspaceFiles> => {
    const editing = await editingOf(workspace);
    if (editing.files !== null) return editing.files;
    throw new MillraceError('invalid_request', editing.reason, { hint: editing.hint });
  };

  /** Its own files at the live revision, without those of packs. */
  const liveFiles = async (workspace: string) => {
    const { revision } = await findWorkspace(engine, workspace);
    const files = revision === null ? [] : await readSources(engine.blobs, { workspace, revision });
    return files.filter(({ path }) => path.startsWith('.workflows/'));
  };

  const loadAgain = async (workspace: string) => {
    await loadsHere(options.sources).sync(workspace);
    return presentWorkspace(await findWorkspace(engine, workspace));
  };

  mountRoute(app, 'listWorkspaceFiles', async ({ params: { workspace } }) => {
    const editing = await editingOf(workspace);
    if (editing.files !== null) {
      const items = (await editing.files.list()).map(({ path, sizeBytes }) => ({ path, size_bytes: sizeBytes }));
      return { editable: true, read_only: null, items };
    }
    const { reason, hint } = editing;
    const items = (await liveFiles(workspace)).map(({ path, text }) => ({ path, size_bytes: Buffer.byteLength(text) }));
    return { editable: false, read_only: { reason, hint }, items };
  });

  mountRoute(app, 'readWorkspaceFile', async ({ params: { workspace }, query: { path } }) => {
    const editing = await editingOf(workspace);
    if (editing.files !== null) return { ...(await editing.files.read(path)), editable: true };
    const file = (await liveFiles(workspace)).find((one) => one.path === path);
    if (file !== undefined) return { path, text: file.text, digest: null, editable: false };
    throw new MillraceError('not_found', `The live revision of ${workspace} has no file ${path}.`, {
      hint: 'List the files of the workspace.',
    });
  });

  mountRoute(app, 'checkWorkspaceFile', async ({ params: { workspace }, body: { path, text } }) => {
    const { definitions, diagnostics } = await (await filesOf(workspace)).check(path, text);
    const compiled = definitions === null ? [] : compileAll(definitions, workspace).diagnostics;
    return {
      diagnostics: [...diagnostics, ...compiled].map((diagnostic) => ({ ...diagnostic })),
      workflows: definitions === null ? null : drawn(definitions, workspace, path),
      defined: definitions === null ? null : definedIn(definitions),
    };
  });

  mountRoute(app, 'writeWorkspaceFile', async ({ params: { workspace }, body }) => {
    const file = await (await filesOf(workspace)).write(body.path, body.text, body.based_on);
    return { file: { ...file, editable: true }, workspace: await loadAgain(workspace) };
  });

  mountRoute(app, 'renameWorkspaceFile', async ({ params: { workspace }, body }) => {
    const file = await (await filesOf(workspace)).rename(body.path, body.to, body.based_on);
    return { file: { ...file, editable: true }, workspace: await loadAgain(workspace) };
  });

  mountRoute(app, 'removeWorkspaceFile', async ({ params: { workspace }, body }) => {
    await (await filesOf(workspace)).remove(body.path, body.based_on);
    return await loadAgain(workspace);
  });

  mountRoute(app, 'getGrammar', () => {
    grammar ??= { schema: jsonSchema(), functions: [...functionNames, ...statusFunctionNames] };
    return grammar;
  });
}

/** The workflows of a file, as far as they can be drawn. */
function drawn(definitions: Definitions, workspace: string, path: string): CheckedFile['workflows'] {
  return Object.keys(definitions.workflows)
    .filter((name) => definitions.places[`/workflows/${name}`]?.file === path)
    .flatMap((name) => {
      const { plan } = compilePlan(definitions, workspace, name);
      return plan === null ? [] : [{ name, graph: presentGraph(plan) }];
    });
}

function definedIn({ actions, workflows }: Definitions): CheckedFile['defined'] {
  const present = ([name, { description, input }]: [
    string,
    Readonly<{ description?: string | null; input: Parameters }>,
  ]) => ({
    name,
    description: description ?? null,
    input: input.kind === 'flat' ? Object.keys(input.fields) : [],
  });
  return {
    actions: Object.entries(actions).map(([name, action]) => present([name, action])),
    workflows: Object.entries(workflows).map(([name, workflow]) => present([name, workflow])),
  };
}
