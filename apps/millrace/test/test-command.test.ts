// `millrace test` and `millrace schema --tests`, as scripts and people call them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, run, type Scratch } from './command-line.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = makeScratch();
  scratch.write(
    '.workflows/a.yaml',
    `workflows:
  release:
    steps:
      build: { type: shell, cmd: touch should-not-exist }
      rest: { type: wait, for: 30d, depends_on: [build] }
    output: { tag: "{{ steps.build.output.tag }}" }
`,
  );
});
afterEach(() => scratch.remove());

const tests = `workflow: release
tests:
  passes:
    mocks: { build: { output: { tag: v1 } } }
    expect: { output: { tag: v1 }, takes: 30d }
  fails:
    mocks: { build: { output: { tag: v1 } } }
    expect:
      output: { tag: v2 }
`;

describe('millrace test', () => {
  it('shows each test, and for one that failed the place of the expectation and the difference', async () => {
    scratch.write('.workflows/a.test.yaml', tests);
    const { exit, stdout, stderr } = await run(['test', '.'], { cwd: scratch.path });
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: '' });
    expect(stdout.replaceAll(/\(\d[^)]*\)/g, '(time)').split('\n')).toEqual([
      '✓ release › passes (time)',
      '✗ release › fails (time)',
      '    .workflows/a.test.yaml:9:7 The output of the run differs.',
      '      at .tag',
      '      expected  "v2"',
      '      got       "v1"',
      '',
      '1 failed, 1 passed (time)',
      '',
    ]);
  });

  it('prints one document with --json', async () => {
    scratch.write('.workflows/a.test.yaml', tests);
    const { exit, stdout } = await run(['test', scratch.path, '--json']);
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      passed: 1,
      failed: 1,
      duration_ms: expect.any(Number),
      tests: [
        expect.objectContaining({ workflow: 'release', name: 'passes', line: 3, passed: true, failures: [] }),
        expect.objectContaining({
          name: 'fails',
          file: '.workflows/a.test.yaml',
          passed: false,
          failures: [
            {
              message: 'The output of the run differs.',
              file: '.workflows/a.test.yaml',
              line: 9,
              column: 7,
              differences: [{ path: '.tag', expected: 'v2', actual: 'v1' }],
            },
          ],
        }),
      ],
    });
  });

  it('runs only what the filter matches, and shows with --quiet only what failed', async () => {
    scratch.write('.workflows/a.test.yaml', tests);
    const { exit, stdout } = await run(['test', scratch.path, '--filter', 'PASS', '--quiet']);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^\n1 passed \(/);
  });

  it('says which step has no mock, and executes nothing', async () => {
    scratch.write('.workflows/a.test.yaml', 'workflow: release\ntests:\n  bare:\n    expect: {}\n');
    const { exit, stdout } = await run(['test', scratch.path]);
    expect(exit).toBe(1);
    expect(stdout).toContain('Step `build` was executed and has no mock.');
  });

  it.each([
    ['a wrong file of tests', { '.workflows/a.test.yaml': tests.replace('mocks', 'mock') }, 'unknown_key', []],
    ['a wrong workflow', { '.workflows/a.yaml': 'workflow: {}', '.workflows/a.test.yaml': tests }, 'unknown_key', []],
    ['no tests', {}, 'no_tests', []],
    ['no match', { '.workflows/a.test.yaml': tests }, 'no_tests', ['--filter', 'nothing']],
  ])('runs nothing and exits with 2 for %s', async (_, files, code, options) => {
    for (const [path, text] of Object.entries(files)) scratch.write(path, text);
    const { exit, stdout } = await run(['test', scratch.path, '--json', ...options]);
    expect(exit).toBe(2);
    expect(JSON.parse(stdout).diagnostics[0]).toMatchObject({ severity: 'error', code });
    const shown = await run(['test', scratch.path, ...options]);
    expect(shown.stderr).toMatch(/Nothing was run: 1 error/);
  });

  it('takes one file of tests, with the workflows of its folder', async () => {
    const path = scratch.write('.workflows/more/b.test.yaml', tests);
    scratch.write('.workflows/a.test.yaml', 'tests: nonsense');
    expect((await run(['test', path, '--filter', 'passes'])).exit).toBe(0);
  });

  it('leaves tests out where workflows are checked', async () => {
    const path = scratch.write('.workflows/a.test.yaml', tests);
    const whole = await run(['validate', scratch.path, '--json']);
    expect(JSON.parse(whole.stdout)).toEqual({ diagnostics: [] });
    const one = await run(['validate', path, '--json']);
    expect(JSON.parse(one.stdout).diagnostics).toMatchObject([{ code: 'test_file' }]);
  });
});

describe('millrace schema --tests', () => {
  it('prints the JSON Schema of the files of tests', async () => {
    const { exit, stdout } = await run(['schema', '--tests']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      title: 'Millrace workflow tests',
      properties: { tests: expect.any(Object) },
    });
  });
});
