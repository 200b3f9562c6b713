import { expect, test } from 'vitest';
import { changedInput, leftOut } from './changed-input.ts';

const before = { tag: 'v1', regions: ['eu'], password: '***', gone: 1 };
const schema = { properties: { tag: {}, regions: {}, password: { writeOnly: true } } };

test('a re-run is given what differs, and no secret that nobody typed', () => {
  expect(changedInput(before, { tag: 'v2', regions: ['eu'] })).toEqual({ tag: 'v2' });
  expect(changedInput(before, { tag: 'v1', regions: ['us'], password: 'new' })).toEqual({
    regions: ['us'],
    password: 'new',
  });
  expect(changedInput(before, before)).toEqual({});
});

test('an input that is left out is noticed; secrets, and what the version does not know, are not asked for', () => {
  expect(leftOut(before, { regions: ['eu'] }, schema)).toEqual(['tag']);
  expect(leftOut(before, { tag: '', regions: [] }, schema)).toEqual([]);
});
