import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScriptBody } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { assignmentOf, faultOf, makeStep, runBody, scratchFolder } from '../../test/step-harness.ts';
import { createScriptExecutor } from './create-script-executor.ts';

const scratch = scratchFolder();
const executor = createScriptExecutor();
const script = (keys: Partial<ScriptBody>, input = {}) =>
  runBody(
    scratch,
    executor,
    { type: 'script', runtime: 'sh', input_via: 'stdin', output_format: 'json', ...keys },
    input,
  );

describe('a script step', () => {
  it.each([
    [
      'node',
      'import { stdin } from "node:process"; let t = ""; for await (const c of stdin) t += c; console.log(JSON.stringify({ got: JSON.parse(t) }))',
    ],
    [
      'node',
      'const fs = require("node:fs"); console.log(JSON.stringify({ got: JSON.parse(fs.readFileSync(0, "utf8")) }))',
    ],
    ['python', 'import json, sys\nprint(json.dumps({"got": json.load(sys.stdin)}))'],
    ['shell', 'printf \'{"got": %s}\' "$(cat)"'],
    ['bash', '[[ -n x ]] && printf \'{"got": %s}\' "$(cat)"'],
  ])('in %s reads its input from standard input', async (runtime, code) => {
    const input = { name: "it's {{ not }} a $(template)", n: 3 };
    expect((await script({ runtime, code }, input)).result).toMatchObject({
      status: 'succeeded',
      output: { got: input },
    });
  });

  it('reads its input from the file or the environment', async () => {
    const file = await script({ code: 'cat "$MILLRACE_INPUT"; cat', input_via: 'file' }, { a: 1 });
    expect(file.result).toMatchObject({ output: { a: 1 } });
    const env = await script(
      { code: 'printf \'[%s, "%s"]\' "$INPUT_A_B" "$INPUT_C"', input_via: 'env' },
      { 'a-b': { x: 1 }, c: 'y' },
    );
    expect(env.result).toMatchObject({ output: [{ x: 1 }, 'y'] });
  });

  it('runs a file of the workspace with arguments and finds its neighbours', async () => {
    const body = {
      type: 'script',
      runtime: 'python',
      entrypoint: 'jobs/main.py',
      args: ['{{ input.a }}'],
      input_via: 'stdin',
      output_format: 'text',
    } as const;
    const step = makeStep(scratch, assignmentOf(body, { a: 'x y' }));
    mkdirSync(join(step.context.workDir, 'jobs'));
    writeFileSync(join(step.context.workDir, 'jobs/main.py'), 'import sys, near\nprint(near.name, sys.argv[1])');
    writeFileSync(join(step.context.workDir, 'jobs/near.py'), 'name = "near"');
    expect(await executor.execute(step.context)).toMatchObject({ status: 'succeeded', output: 'near x y' });
  });

  it('is no template', async () => {
    expect((await script({ code: 'echo \'"{{ input.a }}"\'' }, { a: 1 })).result).toMatchObject({
      output: '{{ input.a }}',
    });
  });

  it('checks the version that is asked for', async () => {
    const [major, minor] = process.versions.node.split('.');
    const code = 'console.log(1)';
    expect((await script({ runtime: 'node', runtime_version: `${major}.${minor}`, code })).result).toMatchObject({
      output: 1,
    });
    const fault = faultOf((await script({ runtime: 'node', runtime_version: '4', code })).result);
    expect([fault.code, fault.message]).toEqual([
      'runtime_version_missing',
      expect.stringContaining(process.versions.node),
    ]);
  });

  it('explains an unknown runtime, a missing interpreter and dependencies', async () => {
    expect(faultOf((await script({ runtime: 'pyhton', code: '' })).result)).toMatchObject({
      code: 'unknown_runtime',
      hint: 'Did you mean python?',
      message: expect.stringContaining('shell, node, python'),
    });
    const nothing = {
      type: 'script',
      runtime: 'python',
      code: '',
      input_via: 'stdin',
      output_format: 'text',
      env: { PATH: '/nowhere' },
    } as const;
    expect(faultOf((await runBody(scratch, executor, nothing)).result)).toMatchObject({
      code: 'program_missing',
      message: expect.stringContaining('/nowhere'),
    });
    expect(faultOf((await script({ code: '', dependencies: ['x'] })).result).code).toBe('not_supported');
  });

  it('fails with its exit code, and may ignore its input', async () => {
    const { result } = await script({ code: 'exit 9' }, { big: 'x'.repeat(500_000) });
    expect(faultOf(result)).toMatchObject({ code: 'exit_code', details: { exit_code: 9 } });
  });
});
