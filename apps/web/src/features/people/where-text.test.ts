import { expect, test } from 'vitest';
import { rolesText, whereText } from './where-text.ts';

test.each([
  [{}, ''],
  [{ workspace: 'shop', folder: 'etl/nightly' }, 'in shop, in the folder etl/nightly'],
  [{ folder: 'etl', name: 'load*', label: 'x', own: true }, 'in the folder etl, of load*, with the tag x, own runs'],
] as const)('a place is told by all that narrows it: %j', (where, text) => {
  expect(whereText(where)).toBe(text);
});

test('roles are told with where they count, and by which group', () => {
  expect(
    rolesText([
      { account: 'ada', group: null, role: 'viewer', where: {} },
      { account: null, group: 'ops', role: 'operator', where: { folder: 'etl' } },
    ]),
  ).toBe('viewer; operator in the folder etl by ops');
});
