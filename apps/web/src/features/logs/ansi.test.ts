import { describe, expect, test } from 'vitest';
import { parseAnsi } from './ansi.ts';

const esc = String.fromCharCode(27);

describe('colours of terminals', () => {
  test('become styles, until they are taken back', () => {
    expect(parseAnsi(`${esc}[1;32mok${esc}[0m done`)).toEqual([
      { text: 'ok', style: { bold: true, color: 'var(--good)' } },
      { text: ' done', style: {} },
    ]);
    expect(parseAnsi(`${esc}[31mred${esc}[39m plain${esc}[m`)).toEqual([
      { text: 'red', style: { color: 'var(--bad)' } },
      { text: ' plain', style: {} },
    ]);
  });

  test('may be of 256, or any', () => {
    expect(parseAnsi(`${esc}[38;5;196mx`)).toEqual([{ text: 'x', style: { color: 'rgb(255 0 0)' } }]);
    expect(parseAnsi(`${esc}[38;5;244mx`)).toEqual([{ text: 'x', style: { color: 'rgb(128 128 128)' } }]);
    expect(parseAnsi(`${esc}[48;2;1;2;3;4mx`)).toEqual([
      { text: 'x', style: { background: 'rgb(1 2 3)', underline: true } },
    ]);
  });

  test('other sequences and control characters leave nothing behind, tabulators stay', () => {
    expect(
      parseAnsi(`${esc}[2Ka${esc}]8;;https://x.test${esc}\\b${String.fromCharCode(0)}c\td`)
        .map(({ text }) => text)
        .join(''),
    ).toBe('abc\td');
  });

  test('of a line that wrote over itself, the last state shows', () => {
    expect(parseAnsi('10 %\r50 %\r100 %\r')).toEqual([{ text: '100 %', style: {} }]);
  });

  test('a line without any is one piece', () => {
    expect(parseAnsi('<b>plain</b>')).toEqual([{ text: '<b>plain</b>', style: {} }]);
  });
});
