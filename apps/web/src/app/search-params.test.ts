import { describe, expect, test } from 'vitest';
import { parseRunPageSearch } from '../features/run/search.ts';
import { parseRunSearch } from '../features/runs/search.ts';
import { parseSearch, stringifySearch } from './search-params.ts';

describe('search parameters', () => {
  test('are written as everybody writes them, and read back', () => {
    const search = { workspace: 'a b', status: ['failed', 'timed_out'], tag: undefined, empty: '' };
    const text = stringifySearch(search);
    expect(text).toBe('?workspace=a+b&status=failed&status=timed_out');
    expect(parseSearch(text.slice(1))).toEqual({ workspace: 'a b', status: ['failed', 'timed_out'] });
    expect(stringifySearch({})).toBe('');
  });

  test('of the list of runs keep what makes sense', () => {
    expect(
      parseRunSearch({
        status: ['failed', 'nonsense'],
        within: '3y',
        workflow: 'x',
        tag: '',
        children: 'yes',
        parent: ['7', '8'],
      }),
    ).toEqual({ status: ['failed'], workflow: 'x', parent: '7' });
    expect(parseRunSearch({ status: 'running', within: '24h', children: 'true' })).toEqual({
      status: ['running'],
      within: '24h',
      children: 'true',
    });
  });

  test('of a run keep what makes sense', () => {
    expect(parseRunPageSearch({ view: 'cube', step: 'build', item: 'x', tab: 'logs' })).toEqual({
      step: 'build',
      tab: 'logs',
    });
    expect(parseRunPageSearch({ view: 'list', step: 'build', item: '12' })).toEqual({
      view: 'list',
      step: 'build',
      item: '12',
    });
  });
});
