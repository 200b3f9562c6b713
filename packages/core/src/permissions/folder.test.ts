import { expect, it } from 'vitest';
import { folderOf, isFolder } from './folder.ts';

it.each([
  ['load', '.workflows/etl/nightly/load.yaml', 'etl/nightly'],
  ['load', '.workflows/etl/all.yaml', 'etl'],
  ['load', 'team/.workflows/etl/all.yaml', 'etl'],
  ['load', '.workflows/all.yaml', undefined],
  ['load', undefined, undefined],
  // A pack names its own folders, which are not those of the workspace.
  ['deploy.load', '.workflows/etl/all.yaml', undefined],
])('%s, written in %s, is in the folder %s', (name, file, folder) => {
  expect(folderOf(name, file)).toBe(folder);
});

it.each([
  ['etl', true],
  ['etl/nightly', true],
  ['', false],
  ['/etl', false],
  ['etl/', false],
  ['etl//nightly', false],
  ['etl/../web', false],
  ['./etl', false],
])('%j can be a folder: %j', (text, expected) => {
  expect(isFolder(text)).toBe(expected);
});
