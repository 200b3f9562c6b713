import { z } from 'zod';
import { route } from '../contract/route.ts';
import { jsonObject, name } from '../contract/values.ts';
import { planGraph } from '../workflows/workflow.ts';
import { diagnostic, workspace } from './workspace.ts';

const params = z.object({ workspace: name });

const path = z
  .string()
  .min(1)
  .max(500)
  .meta({ description: "From the workspace's folder.", examples: ['.workflows/release.yaml'] });
const text = z.string().max(512 * 1024);
const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'Expected a SHA-256 in hexadecimal.')
  .meta({ description: 'SHA-256 of the bytes of the file.' });

const file = z
  .object({ path: z.string(), text: z.string(), digest: z.string().nullable(), editable: z.boolean() })
  .meta({ id: 'WorkspaceFile' });
export type WorkspaceFile = z.output<typeof file>;

const fileList = z
  .object({
    editable: z.boolean(),
    read_only: z
      .object({ reason: z.string(), hint: z.string() })
      .nullable()
      .meta({ description: 'Why its files cannot be edited here, and what to do instead; null: they can.' }),
    items: z.array(z.object({ path: z.string(), size_bytes: z.int() })),
  })
  .meta({ id: 'WorkspaceFiles' });
export type WorkspaceFileList = z.output<typeof fileList>;

/** What people may call in a file: for completion. */
const definedAction = z.object({
  name: z.string(),
  description: z.string().nullable(),
  input: z.array(z.string()).meta({ description: 'The names of its input, where it says them.' }),
});

const checkedFile = z
  .object({
    diagnostics: z
      .array(diagnostic)
      .meta({ description: 'Of the whole workspace, as `millrace validate` tells them.' }),
    workflows: z
      .array(z.object({ name: z.string(), graph: planGraph }))
      .nullable()
      .meta({ description: 'Those of this file that can be drawn; null: the workspace has errors with this text.' }),
    defined: z
      .object({ actions: z.array(definedAction), workflows: z.array(definedAction) })
      .nullable()
      .meta({ description: 'What the workspace and its packs offer; null: the workspace has errors with this text.' }),
  })
  .meta({ id: 'CheckedFile' });
export type CheckedFile = z.output<typeof checkedFile>;

const savedFile = z
  .object({
    file,
    workspace: workspace.meta({ description: 'As it is after its source was loaded again.' }),
  })
  .meta({ id: 'SavedFile' });
export type SavedFile = z.output<typeof savedFile>;

const readErrors = ['invalid_request', 'workspace_not_found', 'not_found', 'too_large', 'store_unavailable'] as const;
const changeErrors = [...readErrors, 'conflict', 'configuration'] as const;

export const workspaceFileRoutes = {
  listWorkspaceFiles: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/files',
    summary: 'List the files of definitions, and whether they can be edited here',
    description: 'Where they cannot, the files are those of the live revision.',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:read',
    params,
    responses: { 200: { description: 'The files, by path.', schema: fileList } },
    errors: [...readErrors, 'blob_store_unavailable'],
  }),
  readWorkspaceFile: route({
    method: 'GET',
    path: '/api/v1/workspaces/{workspace}/files/content',
    summary: 'Read a file of definitions',
    description: 'As it is now; where it cannot be edited, as it was at the live revision (`digest` is null then).',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:read',
    params,
    query: z.strictObject({ path }),
    responses: { 200: { description: 'The file.', schema: file } },
    errors: [...readErrors, 'blob_store_unavailable'],
  }),
  checkWorkspaceFile: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/files/check',
    summary: 'Check the workspace with another text in the place of a file',
    description: 'Nothing is written. The file may be new.',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:change',
    params,
    body: z.strictObject({ path, text }),
    responses: { 200: { description: 'What is wrong with it, and what it would do.', schema: checkedFile } },
    errors: readErrors,
  }),
  writeWorkspaceFile: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/files/write',
    summary: 'Write a file of definitions, and load the workspace',
    description:
      'The bytes of the text are the bytes of the file. `conflict`: the file is not what the change was based on, or is ' +
      'there already. A text with errors is written too: the last valid revision stays live, and `workspace` says so.',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:change',
    params,
    body: z.strictObject({
      path,
      text,
      based_on: digest.nullable().meta({ description: 'The digest of what was changed; null: the file is new.' }),
    }),
    responses: { 200: { description: 'The file and the workspace.', schema: savedFile } },
    errors: changeErrors,
  }),
  renameWorkspaceFile: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/files/rename',
    summary: 'Rename a file of definitions, and load the workspace',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:change',
    params,
    body: z.strictObject({ path, to: path, based_on: digest }),
    responses: { 200: { description: 'The file and the workspace.', schema: savedFile } },
    errors: changeErrors,
  }),
  removeWorkspaceFile: route({
    method: 'POST',
    path: '/api/v1/workspaces/{workspace}/files/remove',
    summary: 'Remove a file of definitions, and load the workspace',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:change',
    params,
    body: z.strictObject({ path, based_on: digest }),
    responses: { 200: { description: 'The workspace without it.', schema: workspace } },
    errors: changeErrors,
  }),
  getGrammar: route({
    method: 'GET',
    path: '/api/v1/grammar',
    summary: 'Get the grammar of workflow files, and the functions of expressions',
    tag: 'workspaces',
    access: 'api',
    needs: 'workspace:read',
    responses: {
      200: {
        description: 'What `millrace schema` prints, and names of functions.',
        schema: z.object({ schema: jsonObject, functions: z.array(z.string()) }).meta({ id: 'Grammar' }),
      },
    },
    errors: [],
  }),
};
