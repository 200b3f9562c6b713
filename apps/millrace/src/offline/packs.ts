import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MillraceError } from '@millrace/core';
import { lockFileName, offersOf, writePackLock } from '@millrace/definition';
import {
  describePack,
  type FoundPack,
  isLocation,
  type LoadedWorkspace,
  loadWorkspace,
  locateWorkspace,
} from '@millrace/sources';
import type { PackOptions } from '../commands/pack.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readServerConfig } from '../server/server-config.ts';
import { showDiagnostics } from '../terminal/show-diagnostics.ts';
import { printable, styleOf } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { openPackSources } from './pack-sources.ts';

type Unlock = 'all' | ReadonlySet<string>;
type Loaded = Readonly<{ root: string; loaded: LoadedWorkspace }>;

async function load(path: string, options: PackOptions, unlock: Unlock): Promise<Loaded> {
  const location = await locateWorkspace(path);
  if (!isLocation(location)) {
    const { message, hint } = location;
    throw new MillraceError('invalid_request', message, hint === null ? {} : { hint });
  }
  const config = await readServerConfig(options.config);
  const packs = openPackSources(config.git);
  const loaded = await loadWorkspace(location, { packs, unlock }).finally(packs.close);
  return { root: location.root, loaded };
}

export async function listPacks(path: string, options: PackOptions): Promise<ExitCode> {
  const { loaded } = await load(path, options, new Set());
  const used = new Set(loaded.packs.used.map(({ manifest }) => manifest.name));
  const items = loaded.foundPacks.map((pack) => ({ ...describe(pack), used: used.has(pack.manifest.name) }));
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ items, diagnostics: loaded.diagnostics })}\n`);
  } else {
    const rows = items.map((item) => [
      item.name,
      item.version,
      item.locked ? 'locked' : item.pinned ? 'pinned' : 'floating',
      item.used ? 'used' : '',
      printable(item.source),
    ]);
    process.stdout.write(`${formatTable(['PACK', 'VERSION', '', '', 'FROM'], rows)}\n`);
  }
  return tellProblems(loaded, options);
}

export async function showPack(name: string, path: string, options: PackOptions): Promise<ExitCode> {
  const { loaded } = await load(path, options, new Set());
  const pack = loaded.foundPacks.find(({ manifest }) => manifest.name === name);
  if (pack === undefined) {
    const names = loaded.foundPacks.map(({ manifest }) => manifest.name).join(', ');
    throw new MillraceError('not_found', `The workspace has no pack ${name}.`, { hint: `It has: ${names}.` });
  }
  const { config, description, dependencies } = pack.manifest;
  const { actions, workflows } = offersOf(pack.definitions);
  const shown = {
    ...describe(pack),
    description,
    config,
    dependencies: dependencies.map((one) => one.name),
    actions,
    workflows,
  };
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(shown)}\n`);
    return exitCodes.ok;
  }
  const parts = [`${shown.name} ${shown.version}  ${printable(shown.source)}`];
  if (description !== null) parts.push(printable(description));
  parts.push(
    '',
    formatTable(
      ['OFFERS', ''],
      [...actions, ...workflows].map((item) => [`${name}.${item}`, '']),
    ),
  );
  const rows = Object.entries(config).map(([key, field]) => [key, field.type, printable(field.description ?? '')]);
  if (rows.length > 0) parts.push('', formatTable(['CONFIG', 'TYPE', 'DESCRIPTION'], rows));
  process.stdout.write(`${parts.join('\n')}\n`);
  return exitCodes.ok;
}

export async function lockPacks(path: string, unlock: Unlock, options: PackOptions): Promise<ExitCode> {
  const { root, loaded } = await load(path, options, unlock);
  // A lock that names some packs and forgets those that could not be had would be worse than none.
  if (tellProblems(loaded, options, true) !== exitCodes.ok) return exitCodes.invalid;
  const locks = loaded.foundPacks.flatMap(({ lock }) => (lock === null ? [] : [lock]));
  const file = join(root, lockFileName);
  await writeFile(file, writePackLock(locks));
  if (options.json === true) process.stdout.write(`${JSON.stringify({ file, packs: locks })}\n`);
  else {
    for (const { name, version, commit } of locks) process.stdout.write(`locked  ${name} ${version} ${commit}\n`);
    process.stdout.write(`written ${file}\n`);
  }
  return exitCodes.ok;
}

/** What a list tells: a pack may offer hundreds of items. */
function describe(pack: FoundPack) {
  const { actions: _actions, workflows: _workflows, description: _description, ...rest } = describePack(pack);
  return rest;
}

/** Only problems with a place in the workspace or its packs; what the commands print goes to stdout, these to stderr. */
function tellProblems({ diagnostics }: LoadedWorkspace, options: PackOptions, errorsOnly = false): ExitCode {
  const told = diagnostics.filter(({ severity }) => !errorsOnly || severity === 'error');
  if (told.length > 0 && options.json !== true) {
    process.stderr.write(`${showDiagnostics(told, [], (file) => file, styleOf(process.stderr))}\n`);
  }
  return diagnostics.some(({ severity }) => severity === 'error') ? exitCodes.invalid : exitCodes.ok;
}
