import type { Definitions } from '@millrace/core';
import { expect, test } from 'vitest';
import type { BlobStore } from '../ports/blob-store.ts';
import { keptSources, type RevisionPack, readPacks, readWorkflowSource, sourcesKey } from './kept-sources.ts';

const definitions = {
  places: {
    '/workflows/order': { file: '.workflows/a.yaml', line: 2, column: 3 },
    '/workflows/order/steps/pay': { file: '.workflows/a.yaml', line: 4, column: 7 },
    '/workflows/order/steps/pay/when': { file: '.workflows/b.yaml', line: 5, column: 15 },
    '/workflows/lost': { file: '.workflows/lost.yaml', line: 1, column: 1 },
  },
} as unknown as Definitions;

const sources = [
  { path: '.workflows/a.yaml', text: 'workflows:\n  order:\n' },
  { path: '.workflows/b.yaml', text: 'nothing is shown of this file' },
];

const packs: readonly RevisionPack[] = [
  {
    name: 'core',
    version: '1.0.0',
    description: null,
    source: 'built in',
    commit: null,
    hash: 'sha256:0',
    locked: false,
    pinned: true,
    used: true,
    actions: ['echo'],
    workflows: [],
  },
];

function blobsWith(kept: Uint8Array | null): BlobStore {
  const get = async (key: string) => (key === sourcesKey('shop', 'r1') ? kept : null);
  return { get } as unknown as BlobStore;
}

const wanted = { workspace: 'shop', workflow: 'order', revision: 'r1' };

test('the file of a workflow is read back as it was, with the lines of the workflow and its steps', async () => {
  const kept = keptSources(sources, packs, definitions);
  expect(Buffer.from(kept).toString()).not.toContain('nothing is shown');
  expect(await readWorkflowSource(blobsWith(kept), wanted)).toEqual({
    file: '.workflows/a.yaml',
    text: 'workflows:\n  order:\n',
    line: 2,
    steps: { pay: 4 },
  });
});

test('what was not kept is not found, whatever is missing of it', async () => {
  const kept = keptSources(sources, packs, definitions);
  for (const [blobs, workflow] of [
    [blobsWith(null), 'order'],
    [blobsWith(kept), 'nobody'],
    [blobsWith(kept), 'lost'],
  ] as const) {
    await expect(readWorkflowSource(blobs, { ...wanted, workflow })).rejects.toMatchObject({
      code: 'not_found',
      message: `The source of workflow ${workflow} at revision r1 was not kept.`,
    });
  }
});

test('packs are read back as they were found', async () => {
  expect(await readPacks(blobsWith(keptSources(sources, packs, definitions)), wanted)).toEqual(packs);
  await expect(readPacks(blobsWith(null), wanted)).rejects.toMatchObject({ code: 'not_found' });
});
