import type { RemoteOptions } from '../commands/remote-options.ts';
import type { WorkflowListOptions } from '../commands/workflow.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { connect } from './connect.ts';

export async function listWorkflows(options: WorkflowListOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const found = await client.workflows.list(workspace, options.search === undefined ? {} : { search: options.search });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return exitCodes.ok;
  }
  const rows = found.items.map((workflow) => [
    workflow.name,
    workflow.triggers.join(', '),
    printable((workflow.description ?? '').split('\n')[0] ?? ''),
  ]);
  process.stdout.write(`${formatTable(['WORKFLOW', 'TRIGGERS', 'DESCRIPTION'], rows)}\n`);
  return exitCodes.ok;
}

export async function showWorkflow(name: string, options: RemoteOptions): Promise<ExitCode> {
  const { client, workspace } = connect(options);
  const workflow = await client.workflows.get(workspace, name);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(workflow)}\n`);
    return exitCodes.ok;
  }
  const parts = [`${workspace}/${workflow.name}  revision ${workflow.revision}`];
  if (workflow.description !== null) parts.push(printable(workflow.description));
  const parameters = Object.entries(workflow.input.parameters ?? {});
  if (parameters.length > 0) {
    const rows = parameters.map(([key, parameter]) => [
      key,
      String(parameter.type ?? ''),
      parameter.required === true
        ? 'required'
        : parameter.default === undefined
          ? ''
          : JSON.stringify(parameter.default),
      printable(String(parameter.description ?? '')),
    ]);
    parts.push('', formatTable(['INPUT', 'TYPE', 'DEFAULT', 'DESCRIPTION'], rows));
  }
  const steps = workflow.graph.steps.map((step) => [
    step.name,
    step.action.type,
    step.depends_on.join(', '),
    step.when ?? '',
  ]);
  parts.push('', formatTable(['STEP', 'TYPE', 'DEPENDS ON', 'WHEN'], steps));
  if (workflow.triggers.length > 0) {
    const rows = workflow.triggers.map((trigger) => [trigger.name, trigger.type, trigger.enabled ? 'on' : 'off']);
    parts.push('', formatTable(['TRIGGER', 'TYPE', ''], rows));
  }
  process.stdout.write(`${parts.join('\n')}\n`);
  return exitCodes.ok;
}
