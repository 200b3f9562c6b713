import { describe, expect, it } from 'vitest';
import { formatDuration } from './duration.ts';
import { createLogLines } from './log-lines.ts';
import { createProgressView } from './progress-view.ts';
import { showDiagnostics } from './show-diagnostics.ts';
import type { StepUpdate } from './step-progress.ts';
import { isLive, printable, styleOf } from './style.ts';
import { formatTable } from './table.ts';

const plain = styleOf({}, { NO_COLOR: '1' });
const update = (changes: Partial<StepUpdate>): StepUpdate => ({
  step: 'build',
  item: -1,
  attempt: 1,
  status: 'running',
  reason: null,
  at: 1_000,
  ...changes,
});

function createScreen(rows = 24, columns = 80) {
  let text = '';
  return { rows, columns, write: (more: string) => (text += more), text: () => text };
}

describe('durations', () => {
  it.each([
    [-5, '0 ms'],
    [0, '0 ms'],
    [999.4, '999 ms'],
    [1_000, '1.0 s'],
    [59_999, '59.9 s'],
    [60_000, '1 m 00 s'],
    [3_599_000, '59 m 59 s'],
    [7_800_000, '2 h 10 m'],
  ])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('colours', () => {
  it('are on in a terminal or when forced, and off by NO_COLOR whatever else is set', () => {
    expect(styleOf({ isTTY: true }, {}).isColorSupported).toBe(true);
    expect(styleOf({}, {}).isColorSupported).toBe(false);
    expect(styleOf({}, { FORCE_COLOR: '1' }).isColorSupported).toBe(true);
    expect(styleOf({ isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' }).isColorSupported).toBe(false);
    expect(styleOf({ isTTY: true }, { NO_COLOR: '' }).isColorSupported).toBe(true);
  });

  it('a picture is redrawn only where a person looks at it', () => {
    expect(isLive({ isTTY: true }, {})).toBe(true);
    expect(isLive({ isTTY: true }, { CI: 'true' })).toBe(false);
    expect(isLive({}, {})).toBe(false);
  });

  it('are all that text of others may do to the terminal', () => {
    expect(printable('\u001b[31mred\u001b[0m')).toBe('\u001b[31mred\u001b[0m');
    expect(printable('a\u001b[2Jb\u0007c\u001b]0;title\u0007d\re\u009bf\tg')).toBe('a[2Jbc]0;titledef\tg');
  });
});

describe('plain progress', () => {
  it('is one line for each thing that happens, and nothing for what repeats itself', () => {
    const screen = createScreen();
    const view = createProgressView(screen, { style: plain, live: false, showLogs: true });
    view.step(update({ status: 'ready', attempt: 0 }));
    view.step(update({}));
    view.step(update({}));
    view.log('build', 'making \u001b[2Jit');
    view.step(update({ status: 'waiting', at: 1_500 }));
    for (const how of [null, 'by ada', 'by ada', null]) view.runPaused(how);
    view.step(update({ attempt: 2, at: 2_000 }));
    view.step(update({ step: 'each', item: 3 }));
    view.step(update({ attempt: 2, status: 'failed', at: 4_000 }));
    view.step(update({ step: 'after', attempt: 0, status: 'skipped', reason: 'upstream_failed' }));
    view.end();
    expect(screen.text().split('\n')).toEqual([
      'running   build',
      'build | making [2Jit',
      'waiting   build',
      'the run is paused by ada',
      'the run goes on',
      'running   build  attempt 2',
      'running   each[3]',
      'failed    build  3.0 s',
      'skipped   after  (upstream_failed)',
      '',
    ]);
  });
});

describe('live progress', () => {
  const draw = (
    screen: ReturnType<typeof createScreen>,
    act: (view: ReturnType<typeof createProgressView>) => void,
  ) => {
    const view = createProgressView(screen, { style: plain, live: true, showLogs: true, now: () => 3_000 });
    act(view);
    view.end();
    return screen.text().split('\n');
  };

  it('is a list of steps with status, time and items', () => {
    const lines = draw(createScreen(), (view) => {
      view.step(update({ status: 'succeeded', at: 1_000 }));
      view.step(update({ step: 'test' }));
      for (const item of [0, 1, 2]) view.step(update({ step: 'test', item }));
      view.step(update({ step: 'test', item: 0, status: 'succeeded', at: 2_000 }));
      view.step(update({ step: 'later', status: 'pending', attempt: 0 }));
    });
    expect(lines).toEqual(['succeeded build', 'running   test   1/3 items  2.0 s', '']);
  });

  it('says above them that the run is paused', () => {
    const lines = draw(createScreen(), (view) => {
      view.step(update({ status: 'waiting' }));
      view.runPaused('by ada: look');
    });
    expect(lines).toEqual(['paused    by ada: look', 'waiting   build  2.0 s', '']);
  });

  it('never takes more lines than the terminal has, and shows what runs first of all', () => {
    const lines = draw(createScreen(8, 40), (view) => {
      for (let index = 0; index < 50; index += 1) {
        view.step(update({ step: `step-${index}-${'x'.repeat(60)}`, status: index === 40 ? 'running' : 'succeeded' }));
      }
    });
    expect(lines).toHaveLength(6 + 1);
    expect(lines.some((line) => line.startsWith('running   step-40'))).toBe(true);
    expect(lines.at(-2)).toContain('and 45 more steps');
    for (const line of lines) expect(line.length).toBeLessThan(40);
  });
});

describe('log records', () => {
  it('become lines: parts are joined, logs and streams are kept apart', () => {
    const lines: string[] = [];
    const log = createLogLines((key, line, stream) => lines.push(`${key} ${stream} ${line}`));
    const at = '2026-11-21T09:30:00.123Z';
    const add = (key: string, ...records: string[]) =>
      log.add(key, new TextEncoder().encode(records.map((record) => `${at} ${record}\n`).join('')));
    add('a', 'stdout F one', 'stdout P two ', 'stderr F oops');
    add('b', 'stdout F other');
    add('a', 'stdout P and ', 'stdout F three', 'stdout F ', 'stdout P rest');
    log.end();
    expect(lines).toEqual([
      'a stdout one',
      'a stderr oops',
      'b stdout other',
      'a stdout two and three',
      'a stdout ',
      'a stdout rest',
    ]);
  });
});

describe('diagnostics', () => {
  const show = (line: number, column: number, text: string) =>
    showDiagnostics(
      [{ severity: 'error', code: 'wrong', message: 'It is wrong.', hint: null, file: 'a.yaml', line, column }],
      [{ path: 'a.yaml', text }],
      (file) => `here/${file}`,
      plain,
    ).split('\n');

  it('point at the column, also behind tabs and in lines that are too long to show', () => {
    expect(show(2, 3, 'x\n\tabc\n')).toEqual([
      'here/a.yaml:2:3 error It is wrong. [wrong]',
      '  2 |  abc',
      '        ^',
      '',
    ]);
    const [, excerpt = '', caret = ''] = show(1, 500, `${'a'.repeat(499)}!${'b'.repeat(500)}`);
    expect(excerpt.length).toBeLessThan(120);
    expect(excerpt[caret.indexOf('^')]).toBe('!');
  });

  it('do without the line when its file was not read', () => {
    expect(show(9, 1, 'one line')).toHaveLength(2);
  });
});

describe('tables', () => {
  it('have columns as wide as their widest cell', () => {
    expect(
      formatTable(
        ['A', 'LONG'],
        [
          ['wide cell', '1'],
          ['b', ''],
        ],
      ),
    ).toBe('A          LONG\nwide cell  1\nb');
  });
});
