import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerConfig } from '@millrace/definition';
import type { SourceLoad } from '@millrace/sources';
import type { DevCommandOptions } from '../commands/dev.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { listenForStop } from '../processes/stop-signals.ts';
import { countProblems, showDiagnostics } from '../terminal/show-diagnostics.ts';
import { styleOf } from '../terminal/style.ts';
import { retentionOf } from './retention.ts';
import { readServerConfig } from './server-config.ts';
import { startDev } from './start-dev.ts';
import { allWorkspaces, parseWorkspaces, type WorkspacePlace } from './workspace-option.ts';

const examples = fileURLToPath(new URL('../../../../examples', import.meta.url));

/** `millrace dev`: starts, tells the address in one line, and runs until it is stopped. */
export async function runDev(options: DevCommandOptions): Promise<ExitCode> {
  const config = await readServerConfig(options.config);
  const { workspaces, isSample } = chooseWorkspaces(options, config);
  let fail: (message: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    fail = resolve;
  });
  const stop = listenForStop({ onFirst: () => process.stderr.write('Stopping. Press Ctrl-C again to end at once.\n') });
  try {
    const dev = await startDev({
      workspaces,
      git: config.git,
      secretSources: config.secretSources,
      secretKeys: config.secretKeys,
      identityProviders: config.identityProviders,
      dataDir: options.data,
      host: options.host,
      port: options.port ?? null,
      slots: options.slots ?? null,
      token: options.token ?? process.env.MILLRACE_TOKEN ?? null,
      secretsFile: options.secretsFile ?? null,
      secretsKeyFile: options.secretsKeyFile ?? null,
      retention: retentionOf(config.retention, options.keepRuns),
      editor: options.editor,
      logLevel: options.logLevel,
      onLoad: showLoad,
      onLost: (message) => fail(message),
    });
    if (!stop.signal.aborted) tellReady(dev, options, isSample);
    const ended = await Promise.race([lost, whenAborted(stop.signal)]);
    await dev.stop();
    if (ended === null) return exitCodes.ok;
    process.stderr.write(`${styleOf(process.stderr).red('error')} ${ended}\n`);
    return exitCodes.unavailable;
  } finally {
    stop.release();
  }
}

/** What was asked for, else this folder; with `--sample`, and nothing here, the examples: `main` is hello, the rest by name. */
function chooseWorkspaces(
  options: DevCommandOptions,
  config: ServerConfig,
): { workspaces: readonly WorkspacePlace[]; isSample: boolean } {
  const given = options.workspace ?? [];
  if (config.workspaces.length > 0) return { workspaces: allWorkspaces(config, given), isSample: false };
  const isSample = options.sample === true && given.length === 0 && !existsSync('.workflows') && existsSync(examples);
  if (!isSample) return { workspaces: parseWorkspaces(given.length > 0 ? given : ['.']), isSample };
  const others = ['ci', 'backup', 'etl', 'failure-handling'].map((name) => `${name}=${join(examples, name)}`);
  return { workspaces: parseWorkspaces([join(examples, 'hello'), ...others]), isSample };
}

function startCommand(isSample: boolean): string {
  return isSample ? 'npx millrace workflow start hello --follow' : 'millrace workflow list';
}

function tellReady(
  dev: { url: string; loads: ReadonlyMap<string, SourceLoad> },
  options: DevCommandOptions,
  isSample: boolean,
): void {
  if (options.json === true) {
    const workspaces = Object.fromEntries([...dev.loads].map(([name, load]) => [name, load.workflows]));
    process.stdout.write(`${JSON.stringify({ url: dev.url, workspaces })}\n`);
    return;
  }
  const style = styleOf(process.stdout);
  const url = new URL(dev.url);
  const elsewhere = url.port === '7070' ? '' : `MILLRACE_URL=${dev.url} `;
  const what = isSample ? 'start the sample' : 'next';
  process.stdout.write(
    `Millrace is ready at ${style.bold(dev.url)}   ${what}: ${elsewhere}${startCommand(isSample)}\n`,
  );
}

function showLoad(workspace: WorkspacePlace, load: SourceLoad): void {
  const style = styleOf(process.stderr);
  const errors = load.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  if (load.diagnostics.length > 0) {
    process.stderr.write(`${showDiagnostics(load.diagnostics, [], shownFile(workspace), style)}\n`);
  }
  if (!errors) return;
  const kept = load.live === null ? 'it has no workflows yet' : 'its last good version stays';
  process.stderr.write(`${style.yellow(`workspace ${workspace.name}`)}: ${countProblems(load.diagnostics)}; ${kept}\n`);
}

/** A folder's files as paths from here; those of a repository under the workspace's name. */
const shownFile = (workspace: WorkspacePlace) => (file: string) =>
  join(workspace.type === 'folder' ? workspace.path : `${workspace.name}:`, file);

function whenAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
