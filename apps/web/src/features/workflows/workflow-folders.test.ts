import { expect, test } from 'vitest';
import { type Folder, foldersOf } from './workflow-folders.ts';

type Row = Readonly<{ name: string; file: string | null }>;

const drawn = ({ name, isPack, folders, rows, count }: Folder<Row>): unknown => [
  `${name}${isPack ? ' (pack)' : ''} ${count}`,
  ...folders.map(drawn),
  ...rows.map((row) => row.name),
];

test('workflows stand in the folders of their files, those of packs below their pack, last', () => {
  const rows = [
    { name: 'a', file: '.workflows/top.yaml' },
    { name: 'b', file: '.workflows/ops/eu/deploy.yaml' },
    { name: 'c', file: '.workflows/ops/rotate.yaml' },
    { name: 'tools.d', file: 'tools/.workflows/deep/d.yaml' },
    { name: 'old', file: null },
  ];
  expect(drawn(foldersOf('shop', rows))).toEqual([
    'shop 5',
    ['ops 2', ['eu 1', 'b'], 'c'],
    ['tools (pack) 1', ['deep 1', 'tools.d']],
    'a',
    'old',
  ]);
});
