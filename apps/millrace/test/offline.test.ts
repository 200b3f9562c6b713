// The commands that need no server, as scripts and people call them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, run, type Scratch, start } from './command-line.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = makeScratch();
});
afterEach(() => scratch.remove());

const workflows = `workflows:
  greet:
    input: { who: { type: string, required: true }, times: { type: integer, default: 1 } }
    steps:
      say: { type: shell, cmd: 'echo "to {{ input.who }}"; echo "OUTPUT: {\\"times\\": {{ input.times }}}"' }
    output: { who: "{{ input.who }}", times: "{{ steps.say.output.times }}" }
  broken:
    steps:
      fails: { type: shell, cmd: 'echo on the way; exit 3' }
      after: { type: shell, cmd: 'true', depends_on: [fails] }
  slow:
    steps:
      sleep: { type: shell, cmd: 'echo started; exec sleep 60' }
  late:
    timeout: 100ms
    steps:
      sleep: { type: shell, cmd: exec sleep 60 }
  each:
    steps:
      item: { for_each: [1, 2, 3], type: shell, cmd: 'echo "OUTPUT: {{ item }}"' }
  shared:
    steps:
      first: { type: shell, shared_folder: true, cmd: 'echo 7 > "$MILLRACE_SHARED/n"' }
      second: { depends_on: [first], type: script, runtime: shell, shared_folder: true, code: 'cat "$MILLRACE_SHARED/n"', output_format: json }
    output: { n: "{{ steps.second.output }}" }
  elsewhere:
    steps:
      report: { type: shell, queue: reports, labels: [gpu, reports], cmd: 'echo "OUTPUT: 1"' }
  local:
    mode: local
    steps:
      checkout: { type: shell, cmd: 'mkdir src && echo 40 > src/n' }
      build: { depends_on: [checkout], type: script, runtime: shell, code: 'echo $(($(cat src/n) + 2)) > built' }
      test: { depends_on: [build], type: shell, for_each: 2, cmd: 'echo "testing $(cat built)"; echo "OUTPUT: $(cat built)"' }
    output: { n: "{{ steps.test.output }}" }
  script:
    steps:
      file: { type: shell, script: scripts/tell.sh, shell: sh }
`;

const asking = `workflows:
  asks:
    steps:
      ask:
        type: approval
        prompt: Go on?
        quorum: 2
        form: { tag: { type: string, required: true } }
      after: { type: shell, cmd: 'echo "OUTPUT: {{ length(steps.ask.output.answers) }}"', depends_on: [ask] }
  agrees:
    steps:
      call: { action: agree }
  agree:
    steps:
      each: { type: approval, prompt: "{{ item }}?", for_each: [1, 2], quorum: 2 }
      after: { type: shell, cmd: 'echo "OUTPUT: {{ length(steps.each.output[1].answers) }}"', depends_on: [each] }
    output: { people: "{{ steps.after.output }}" }
`;

describe('millrace validate', () => {
  it('prints every problem with its place and exits with 2', async () => {
    scratch.write('.workflows/a.yaml', 'workflows:\n  a:\n    steps:\n      one: { type: shel, cmd: x }\n');
    scratch.write('.workflows/b.yaml', 'workflow:\n  b: {}\n');
    const { exit, stdout, stderr } = await run(['validate', scratch.path, '--json']);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: '' });
    const { diagnostics } = JSON.parse(stdout);
    expect(diagnostics.map((found: { file: string }) => found.file)).toEqual([
      '.workflows/a.yaml',
      '.workflows/b.yaml',
    ]);
    for (const diagnostic of diagnostics) {
      expect(Object.keys(diagnostic).sort()).toEqual(['code', 'column', 'file', 'hint', 'line', 'message', 'severity']);
    }
    expect(diagnostics[0]).toMatchObject({ severity: 'error', line: 4, hint: expect.stringContaining('shell') });
  });

  it('exits with 0 when there is no error, for a folder, a .workflows folder and a file', async () => {
    const file = scratch.write('.workflows/a.yaml', workflows);
    for (const path of [scratch.path, join(scratch.path, '.workflows'), file]) {
      const { exit, stdout } = await run(['validate', path, '--json']);
      expect({ exit, stdout }).toEqual({ exit: 0, stdout: '{"diagnostics":[]}\n' });
    }
  });

  it('takes the current folder when no path is given', async () => {
    scratch.write('.workflows/a.yaml', workflows);
    const { exit, stdout } = await run(['validate'], { cwd: scratch.path });
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'valid 9 workflows in 1 file, 0 errors, 0 warnings\n' });
  });

  it('shows people the line with a caret under the place', async () => {
    scratch.write('.workflows/a.yaml', 'workflows:\n  a:\n    steps:\n      one: { type: shel, cmd: x }\n');
    const { exit, stdout } = await run(['validate', '.'], { cwd: scratch.path });
    expect(exit).toBe(2);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^\.workflows\/a\.yaml:4:20 error .* \[unknown_type\]$/);
    expect(lines[1]).toBe('  4 |       one: { type: shel, cmd: x }');
    expect(lines[2]?.indexOf('^')).toBe((lines[1] ?? '').indexOf('shel'));
    expect(lines[3]).toContain('hint:');
  });

  it.each([
    ['nowhere', 'not_found'],
    ['empty', 'no_workflows_folder'],
    ['text.txt', 'not_yaml'],
  ])('tells what is wrong with the path %s', async (path, code) => {
    scratch.write('empty/file', '');
    scratch.write('text.txt', '');
    const { exit, stdout } = await run(['validate', path, '--json'], { cwd: scratch.path });
    expect(exit).toBe(2);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ severity: 'error', code, hint: expect.any(String) }]);
  });
});

describe('millrace run PATH WORKFLOW', () => {
  beforeEach(() => {
    scratch.write('.workflows/a.yaml', workflows);
    scratch.write('scripts/tell.sh', 'echo "OUTPUT: {\\"told\\": true}"\n');
  });
  const json = async (args: readonly string[], where = {}) => {
    const ended = await run(['run', scratch.path, ...args, '--json'], where);
    return { ...ended, document: JSON.parse(ended.stdout) };
  };

  it('tells how often a step ran that is entered by transitions', async () => {
    scratch.write(
      '.workflows/loop.yaml',
      `workflows:
  loop:
    vars: { n: 0 }
    steps:
      count:
        type: shell
        cmd: echo "OUTPUT:{{ vars.n }}"
        next:
          - { when: "vars.n < 2", publish: { n: "{{ vars.n + 1 }}" }, do: count }
          - { when: "vars.n >= 2", do: done }
      done: { type: shell, cmd: "true" }
`,
    );
    const { exit, document } = await json(['loop', '--quiet']);
    expect(exit).toBe(0);
    expect(document.steps).toMatchObject({
      count: { status: 'succeeded', iterations: 3, output: 2, attempts: 1 },
      done: { status: 'succeeded', iterations: 1 },
    });
  });

  it('prints one document and exits with 0 when the run succeeded', async () => {
    const { exit, document, stderr } = await json(['greet', '--input', '{"who": "Ada"}']);
    expect(exit).toBe(0);
    expect(document).toEqual({
      run: {
        id: expect.stringMatching(/^\d+$/),
        workflow: 'greet',
        status: 'succeeded',
        output: { who: 'Ada', times: 1 },
        error: null,
        started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        finished_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
      steps: { say: { status: 'succeeded', reason: null, output: { times: 1 }, error: null, attempts: 1 } },
    });
    expect(stderr).toContain('say | to Ada');
  });

  // They take a seventh of the time in which the command starts. With them comes all of Node's `fetch`.
  it('loads no HTTP for steps that need none', async () => {
    const names = '["http", "https", "internal/deps/undici/undici"]';
    const tell = `process.on("exit", () => console.error("LOADED", ${names}.filter((name) => process.moduleLoadList.includes("NativeModule " + name))))`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}` };
    const { exit, stderr } = await run(['run', scratch.path, 'each', '--quiet'], { env });
    expect([exit, stderr]).toEqual([0, 'LOADED []\n']);
  });

  it('exits with 1 when the run failed, and says which step and why', async () => {
    const { exit, document } = await json(['broken']);
    expect(exit).toBe(1);
    expect(document).toMatchObject({
      run: { status: 'failed', output: null, error: { code: 'exit_code', message: expect.stringContaining('3') } },
      steps: {
        fails: { status: 'failed', error: { code: 'exit_code' } },
        after: { status: 'skipped', reason: 'upstream_failed', attempts: 0 },
      },
    });
  });

  it('exits with 1 when the run timed out', async () => {
    const { exit, document } = await json(['late']);
    expect(exit).toBe(1);
    expect(document.run.status).toBe('timed_out');
  });

  it('carries a local run out in one folder', async () => {
    const { exit, document, stderr } = await json(['local']);
    expect({ exit, output: document.run.output }).toEqual({ exit: 0, output: { n: [42, 42] } });
    expect(document.steps.build).toMatchObject({ status: 'succeeded', attempts: 1 });
    expect(stderr).toContain('test[1] | testing 42');
  });

  it('executes steps of every queue, whatever labels they ask for', async () => {
    const { exit, document } = await json(['elsewhere']);
    expect({ exit, report: document.steps.report.status }).toEqual({ exit: 0, report: 'succeeded' });
  });

  it('gives steps that ask for it a folder that they share', async () => {
    const { exit, document } = await json(['shared']);
    expect({ exit, output: document.run.output }).toEqual({ exit: 0, output: { n: 7 } });
  });

  it('gives the list of a for-each step as its output', async () => {
    const { document } = await json(['each']);
    expect(document.steps.item).toMatchObject({
      status: 'succeeded',
      output: [1, 2, 3],
      items: { total: 3, succeeded: 3 },
    });
  });

  it('gives steps the files of the workspace', async () => {
    const { document } = await json(['script']);
    expect(document.steps.file).toMatchObject({ status: 'succeeded', output: { told: true } });
  });

  it('runs nothing and exits with 2 when a definition is invalid', async () => {
    scratch.write('.workflows/b.yaml', 'workflows: { b: { steps: { x: { type: shell, cmd: x, depends_on: [y] } } } }');
    const { exit, document, stderr } = await json(['greet', '--input', 'who=Ada']);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: '' });
    expect(document.diagnostics).toMatchObject([{ code: 'unknown_step', file: '.workflows/b.yaml' }]);
  });

  it('runs nothing and exits with 2 when the input is wrong, and names the path and the types', async () => {
    const { exit, document } = await json(['greet', '--input', '{"who": "Ada", "times": "many"}']);
    expect(exit).toBe(2);
    expect(document.error).toMatchObject({
      code: 'invalid_input',
      details: { problems: [{ path: expect.stringContaining('times'), expected: expect.stringContaining('integer') }] },
    });
  });

  it.each([
    [['nothing'], 'workflow_not_found'],
    [['greet', '--input', '{who'], 'invalid_input'],
    [['greet', '--input', '[1]'], 'invalid_input'],
    [['greet', '--input', '@nowhere.json'], 'invalid_input'],
    [[], 'invalid_request'],
  ])('exits with 2 for %j', async (args, code) => {
    const { exit, document } = await json(args);
    expect(exit).toBe(2);
    expect(document.error).toMatchObject({ code, hint: expect.any(String) });
  });

  it('takes the input from a file, from stdin, and as name=value by its declared type', async () => {
    const file = scratch.write('input.json', '{"who": "file", "times": 2}');
    expect((await json(['greet', '--input', `@${file}`])).document.run.output).toEqual({ who: 'file', times: 2 });
    const piped = await json(['greet', '--input', '-'], { input: '{"who": "pipe"}' });
    expect(piped.document.run.output).toEqual({ who: 'pipe', times: 1 });
    const named = await json(['greet', '-i', 'who=7', '-i', 'times=3']);
    expect(named.document.run.output).toEqual({ who: '7', times: 3 });
  });

  it('runs hooks before it ends; one that fails is a warning and changes nothing of the run', async () => {
    scratch.write(
      '.workflows/hooked.yaml',
      `workflows:
  hooked:
    steps: { one: { type: shell, cmd: "true" } }
    on_success:
      - { action: note, input: { file: told } }
      - { action: breaks }
      - { action: note, input: { file: "{{ run.no }}" } }
actions:
  note: { type: shell, cmd: 'sleep 0.2; echo "OUTPUT: 1"', input: { file: { type: string } } }
  breaks: { type: shell, cmd: exit 4 }
`,
    );
    const { exit, document, stderr } = await json(['hooked']);
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      run: { status: 'succeeded' },
      hooks: [{ hook: 'on_success', action: 'note', status: 'succeeded' }, { status: 'failed' }, { status: null }],
    });
    expect(stderr).toContain('warning Hook on_success (breaks) failed: The command ended with exit code 4');
    expect(stderr).toMatch(/warning Hook on_success \(note\) could not be called: /);
  });

  it('is silent on stderr with --quiet', async () => {
    expect((await json(['greet', '-i', 'who=Ada', '--quiet'])).stderr).toBe('');
  });

  it('shows people steps and logs on stderr, and the outcome on stdout', async () => {
    const { exit, stdout, stderr } = await run(['run', scratch.path, 'broken']);
    expect(exit).toBe(1);
    expect(stderr).toContain('fails | on the way');
    expect(stderr).toMatch(/failed {4}fails/);
    expect(stderr).toMatch(/skipped {3}after {2}\(upstream_failed\)/);
    expect(stdout).toMatch(/^failed broken in /);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('cancels the run on %s and exits with 3', async (signal) => {
    const running = start(['run', scratch.path, 'slow', '--json']);
    await running.says(/sleep \| started/);
    running.child.kill(signal);
    const { exit, stdout } = await running.ended;
    expect(exit).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      run: { status: 'cancelled' },
      steps: { sleep: { status: 'cancelled' } },
    });
  });

  it('runs a lone YAML file, which needs no .workflows folder', async () => {
    const file = scratch.write(
      'elsewhere/one.yaml',
      'workflows: { one: { steps: { a: { type: shell, cmd: ls -A } } } }',
    );
    const { exit, stdout, stderr } = await run(['run', file, '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout).run.workflow).toBe('one');
    expect(stderr).toBe(''); // Nothing of the folder around it was handed to the step.
  });

  it('takes a folder that has the name of a subcommand as ./list', async () => {
    scratch.write('list/.workflows/one.yaml', 'workflows: { one: { steps: { a: { type: shell, cmd: "true" } } } }');
    const { exit } = await run(['run', './list', 'one', '--json'], { cwd: scratch.path });
    expect(exit).toBe(0);
    const listing = await run(['run', 'list', '--json', '--url', 'http://127.0.0.1:1'], { cwd: scratch.path });
    expect(JSON.parse(listing.stdout)).toMatchObject({ error: { code: 'unreachable' } });
    expect(listing.exit).toBe(4);
  });
});

describe('millrace init', () => {
  it('writes a workspace that is valid and runs, and never overwrites', async () => {
    const folder = join(scratch.path, 'new');
    expect((await run(['init', folder])).exit).toBe(0);
    expect(JSON.parse((await run(['validate', folder, '--json'])).stdout)).toEqual({ diagnostics: [] });
    const ran = await run(['run', folder, 'hello', '-i', 'who=Ada "x" $(y)', '--json']);
    expect(JSON.parse(ran.stdout).run).toMatchObject({
      status: 'succeeded',
      output: { text: 'Hello, Ada "x" $(y)', letters: 19 },
    });
    const file = join(folder, '.workflows', 'hello.yaml');
    writeFileSync(file, '# mine\n');
    const again = await run(['init', folder, '--json']);
    expect(JSON.parse(again.stdout)).toEqual({ written: [], kept: [file, join(folder, '.gitignore')] });
    expect(readFileSync(file, 'utf8')).toBe('# mine\n');
  });
});

describe('millrace schema', () => {
  it('prints the JSON Schema of the YAML files', async () => {
    const { exit, stdout } = await run(['schema']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: expect.any(String),
      properties: { workflows: expect.any(Object) },
    });
  });
});

describe('help', () => {
  const commands = [
    ...['dev', 'serve', 'work', 'init', 'validate', 'run', 'test', 'schema', 'login', 'logout', 'whoami'].map(
      (name) => [name],
    ),
    ...['list', 'get', 'start'].map((name) => ['workflow', name]),
    ...['list', 'get', 'pause', 'resume', 'cancel', 'logs', 'export'].map((name) => ['run', name]),
  ];
  it.each(commands.map((names) => [names]))('of %j has a description and examples', async (names) => {
    const { exit, stdout } = await run([...names, '--help']);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^Usage: millrace /);
    expect(stdout).toContain(`Examples:\n  $ millrace ${names.join(' ')}`);
  });

  it('of the whole lists every exit code', async () => {
    const { stdout } = await run(['--help']);
    for (const code of [0, 1, 2, 3, 4, 130]) expect(stdout).toMatch(new RegExp(`^ {2}${code} +\\w`, 'm'));
  });

  it.each([
    [['nothing']],
    [['run']],
    [['validate', '--nothing']],
    [['dev', '--port', 'x']],
    [['dev', '--log-level', 'loud']],
    [['workflow']],
  ])('a mistake in the arguments exits with 2: %j', async (args) => {
    const { exit, stderr } = await run(args);
    expect(exit).toBe(2);
    expect(stderr).not.toBe('');
  });
});

describe('millrace run with approvals', () => {
  it('runs nothing when there is nobody to ask, and names the flags; a flag that names none is a mistake', async () => {
    const file = scratch.write('.workflows/a.yaml', asking);
    const nobody = await run(['run', file, 'agrees', '--json']);
    expect(nobody.exit).toBe(2);
    expect(JSON.parse(nobody.stdout).error).toMatchObject({
      code: 'invalid_request',
      message: 'Step each waits for people, and there is no terminal to ask on. Nothing was run.',
      hint: 'Approve in advance with --approve each or --approve-all, or run it in a terminal.',
    });
    const typo = await run(['run', file, 'agrees', '--approve', 'eech', '--json']);
    expect(JSON.parse(typo.stdout).error.hint).toBe('Its approvals are: each.');
    expect(typo.exit).toBe(2);
  });

  it('approves in advance what the flags name, for as many people as it takes', async () => {
    const file = scratch.write('.workflows/a.yaml', asking);
    for (const flags of [['--approve', 'each'], ['--approve-all']]) {
      const { exit, stdout } = await run(['run', file, 'agrees', ...flags, '--json', '--quiet']);
      expect(exit).toBe(0);
      expect(JSON.parse(stdout).steps.call.output).toEqual({ people: 2 });
    }
  });

  it('ends with the reason when a form cannot be left as it is', async () => {
    const file = scratch.write('.workflows/a.yaml', asking);
    const { exit, stderr } = await run(['run', file, 'asks', '--approve-all']);
    expect(exit).toBe(2);
    expect(stderr).toContain('/tag: expected string, but it is missing.');
  });
});

describe('millrace run with events', () => {
  const yaml = `workflows:
  shop:
    steps:
      paid: { type: wait, event: { type: order.paid, when: event.payload.n == 2 } }
      tell: { type: emit, event: shop.told, payload: { n: "{{ steps.paid.output.payload.n }}" }, depends_on: [paid] }
    output: { by: "{{ steps.paid.output.source.type }}", told: "{{ steps.tell.output.payload.n }}" }
`;

  it('gives events to the steps that wait for them, one after the other', async () => {
    const file = scratch.write('.workflows/a.yaml', yaml);
    const events = ['--event', 'order.paid={"n": 1}', '--event', 'order.paid={"n": 2}', '--event', 'unasked'];
    const { exit, stdout } = await run(['run', file, ...events, '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout).run.output).toEqual({ by: 'cli', told: 2 });
  });

  it.each(['no type={}', 'order.paid=[]', 'order.paid={'])('refuses --event %j', async (text) => {
    const file = scratch.write('.workflows/a.yaml', yaml);
    const { exit, stderr } = await run(['run', file, '--event', text]);
    expect(exit).toBe(2);
    expect(stderr).toContain(`--event ${text}: `);
  });
});
