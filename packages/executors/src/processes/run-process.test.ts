import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { waysToStart } from '../../test/helped-starter.ts';
import { assignmentOf, faultOf, limits, makeStep, runBody, scratchFolder } from '../../test/step-harness.ts';
import { createShellExecutor } from '../shell/create-shell-executor.ts';
import { startDirectly } from './starting/start-directly.ts';

const scratch = scratchFolder();

/** Waits for a condition with a deadline. */
async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited > 10_000) throw new Error('The condition did not come true in 10 seconds.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether a process lives; a zombie that waits for its parent does not. */
const lives = (pid: number): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
};

describe.each(await waysToStart(startDirectly))('a process started $way', ({ starter }) => {
  const shell = createShellExecutor({ starter });
  const sh = (cmd: string, input = {}, more = {}) => runBody(scratch, shell, { type: 'shell', cmd }, input, more);

  describe('a shell step', () => {
    it('prints to the log and has no output by itself', async () => {
      const { result, step } = await sh('echo out; echo err >&2');
      expect(result).toMatchObject({ status: 'succeeded', output: null });
      expect([step.text('stdout'), step.text('stderr')]).toEqual(['out\n', 'err\n']);
    });

    it('fails with its exit code and the last line of its errors', async () => {
      const { result } = await sh('echo first >&2; echo "no such host" >&2; exit 3');
      expect(result).toMatchObject({
        status: 'failed',
        error: {
          code: 'exit_code',
          message: 'The command ended with exit code 3: no such host',
          details: { exit_code: 3, signal: null },
        },
      });
    });

    it('goes on after an error, as sh -c does, unless -e is asked for', async () => {
      expect((await sh('false; true')).result.status).toBe('succeeded');
      const strict = await runBody(scratch, shell, { type: 'shell', cmd: 'false; true', shell: 'sh -e' });
      expect(strict.result.status).toBe('failed');
    });

    it('names the signal that killed it', async () => {
      expect(faultOf((await sh('kill -9 $$')).result)).toMatchObject({
        details: { exit_code: null, signal: 'SIGKILL' },
      });
    });

    it('sees only the allowed environment, its own variables and MILLRACE_*', async () => {
      process.env.MILLRACE_TEST_SECRET = 'x';
      const body = { type: 'shell', cmd: 'env', env: { OWN: '{{ input.a }}', BOTH: 'action' } } as const;
      const { step } = await runBody(scratch, shell, body, { a: 'é 1' }, { env: { BOTH: 'step' }, item: 4 });
      const names = step.text('stdout').split('\n');
      expect(names).toEqual(
        expect.arrayContaining(['OWN=é 1', 'BOTH=step', 'MILLRACE_RUN_ID=42', 'MILLRACE_ITEM_INDEX=4']),
      );
      expect(step.text('stdout')).not.toContain('MILLRACE_TEST_SECRET');
      expect(step.text('stdout')).not.toContain('NODE_');
    });

    it('reads its input from a file, and a command may begin with a dash', async () => {
      const { step } = await sh('cat "$MILLRACE_INPUT"', { a: [1, 'x'] });
      expect(step.text('stdout')).toBe('{"a":[1,"x"]}');
      expect(faultOf((await sh('-x')).result).details).toMatchObject({ exit_code: 127 });
    });

    it('takes values of every size in a command', async () => {
      const big = `${'x'.repeat(3_000_000)}\n\n`;
      const { result } = await sh('printf %s {{ input.big }} | wc -c | sed "s/^/OUTPUT: /"', { big });
      expect(result).toMatchObject({ status: 'succeeded', output: big.length });
    });

    it('takes commands of every size', async () => {
      const { result, step } = await sh(`${': x\n'.repeat(100_000)}echo {{ input.v }}`, { v: 'a  b' });
      expect(result.status).toBe('succeeded');
      expect(step.text('stdout')).toBe('a  b\n');
    });

    it('runs script files with arguments, in a folder of the workspace', async () => {
      const step = makeStep(
        scratch,
        assignmentOf(
          { type: 'shell', script: 'ci/run.sh', args: ['{{ input.a }}', '$x'], workdir: 'ci' },
          { a: 'a b' },
        ),
      );
      mkdirSync(join(step.context.workDir, 'ci'));
      writeFileSync(join(step.context.workDir, 'ci/run.sh'), '#!/bin/sh\nbasename "$PWD"; printf "<%s>" "$@"', {
        mode: 0o755,
      });
      expect((await shell.execute(step.context)).status).toBe('succeeded');
      expect(step.text('stdout')).toBe('ci\n<a b><$x>');
    });

    it.each([
      [{ script: 'missing.sh' }, 'script_missing', 'missing.sh does not exist'],
      [{ script: 'plain.sh' }, 'not_executable', 'chmod +x'],
      [{ script: 'bad.sh' }, 'program_missing', 'interpreter that its first line names'],
      [{ script: '../outside.sh' }, 'script_outside', 'outside of the step'],
      [{ script: 'link.sh' }, 'script_outside', 'outside of the step'],
      [{ cmd: 'true', workdir: 'nowhere' }, 'workdir_missing', 'nowhere does not exist'],
      [{ cmd: 'true', workdir: '/etc' }, 'workdir_outside', '/etc lies outside'],
      [{ cmd: 'true', shell: 'no-such-shell' }, 'program_missing', 'PATH'],
      [{ cmd: 'echo {{ input.x.y }}' }, 'expression', 'cmd, column'],
      [{ cmd: 'true', env: { A: '{{ nope }}' } }, 'expression', 'env.A, column'],
    ])('explains %j', async (keys, code, text) => {
      const step = makeStep(scratch, assignmentOf({ type: 'shell', ...keys }, { x: 1 }));
      const { workDir } = step.context;
      writeFileSync(join(workDir, 'plain.sh'), 'echo x');
      chmodSync(join(workDir, 'plain.sh'), 0o644);
      writeFileSync(join(workDir, 'bad.sh'), '#!/no/such/interpreter\n', { mode: 0o755 });
      symlinkSync('/bin/sh', join(workDir, 'link.sh'));
      const fault = faultOf(await shell.execute(step.context));
      expect(fault.code).toBe(code);
      expect(`${fault.message} ${fault.hint}`).toContain(text);
      expect(fault.retryable).toBe(false);
    });
  });

  describe('stopping a step', () => {
    it('ends the whole process group at SIGTERM', async () => {
      const step = makeStep(scratch, assignmentOf({ type: 'shell', cmd: 'sleep 100 & echo $! ; sleep 100' }));
      const ending = shell.execute(step.context);
      await until(() => step.text('stdout').includes('\n'));
      step.stop({ kind: 'cancelled' });
      expect(await ending).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
      await until(() => !lives(Number(step.text('stdout'))));
    });

    it('kills a process that ignores SIGTERM after its grace, and its children', async () => {
      const cmd = `trap '' TERM; sh -c 'trap "" TERM; echo $$; while :; do sleep 0.05; done'`;
      const step = makeStep(
        scratch,
        assignmentOf({ type: 'shell', cmd }, {}, { timeoutMs: 7, limits: { ...limits, graceMs: 100 } }),
      );
      const ending = shell.execute(step.context);
      await until(() => step.text('stdout').includes('\n'));
      step.stop({ kind: 'timed_out' });
      expect(await ending).toMatchObject({ status: 'timed_out', error: { code: 'timeout' } });
      await until(() => !lives(Number(step.text('stdout'))));
    });

    it('gives a process its grace to end by itself', async () => {
      const cmd = `trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done`;
      const step = makeStep(
        scratch,
        assignmentOf({ type: 'shell', cmd }, {}, { limits: { ...limits, graceMs: 60_000 } }),
      );
      const ending = shell.execute(step.context);
      await until(() => step.text('stdout').includes('ready'));
      step.stop({ kind: 'cancelled' });
      expect((await ending).status).toBe('cancelled');
      expect(step.text('stdout')).toContain('bye');
    });

    it('kills at once when it is forced', async () => {
      const cmd = `trap '' TERM; echo ready; while :; do sleep 0.05; done`;
      const step = makeStep(
        scratch,
        assignmentOf({ type: 'shell', cmd }, {}, { limits: { ...limits, graceMs: 3_600_000 } }),
      );
      const ending = shell.execute(step.context);
      await until(() => step.text('stdout').includes('ready'));
      step.stop({ kind: 'cancelled' }, true);
      expect((await ending).status).toBe('cancelled');
    });

    it('does not start what is stopped already', async () => {
      const step = makeStep(scratch, assignmentOf({ type: 'shell', cmd: 'echo x' }));
      step.stop({ kind: 'cancelled' });
      expect((await shell.execute(step.context)).status).toBe('cancelled');
      expect(step.text('stdout')).toBe('');
    });
  });

  describe('background processes', () => {
    it('that keep the pipe open do not keep the step', async () => {
      const { result, step } = await sh('sleep 1000 & echo $!');
      expect(result.status).toBe('succeeded');
      await until(() => !lives(Number(step.text('stdout'))));
    });

    it.runIf(spawnSync('setsid', ['true']).status === 0)(
      'that left the group are found and killed',
      async () => {
        const { result, step } = await sh(`setsid sh -c 'echo $$ > pid; exec sleep 1000' &
  while [ ! -s pid ]; do sleep 0.05; done; cat pid`);
        expect(result.status).toBe('succeeded');
        await until(() => !lives(Number(step.text('stdout').split('\n')[0])));
      },
      20_000,
    );

    it('may still write their last lines', async () => {
      const { step } = await sh('(sleep 0.2; echo late) & echo early');
      expect(step.text('stdout')).toBe('early\nlate\n');
    });
  });

  describe('much output', () => {
    it('of 100 MB passes through a slow log without growing memory', async () => {
      let bytes = 0;
      let open = 0;
      const assignment = assignmentOf({ type: 'shell', cmd: 'head -c 100000000 /dev/zero; echo; echo OUTPUT: 7' });
      const step = makeStep(scratch, assignment, {
        log: {
          write(_stream, chunk) {
            bytes += chunk.length;
            open++;
            expect(open).toBeLessThan(4);
            return new Promise((resolve) =>
              setImmediate(() => {
                open--;
                resolve();
              }),
            );
          },
        },
      });
      expect(await shell.execute(step.context)).toMatchObject({ status: 'succeeded', output: 7 });
      expect(bytes).toBe(100_000_000 + 1 + 'OUTPUT: 7\n'.length);
    });

    it('in one line of 10 MB is no problem, nor are bytes that are no text', async () => {
      const { result, step } = await sh(
        `head -c 10000000 /dev/zero | tr '\\0' x; printf '\\n\\377\\376\\000\\nOUTPUT: {"a": "é"}'`,
      );
      expect(result).toMatchObject({ status: 'succeeded', output: { a: 'é' } });
      expect(step.bytes()).toBe(10_000_000 + 5 + Buffer.byteLength('OUTPUT: {"a": "é"}'));
    });
  });

  it('leaves the files of its attempt inside its folders', async () => {
    const { step } = await sh('echo x > made; echo "$TMPDIR"');
    expect(existsSync(join(step.context.workDir, 'made'))).toBe(true);
    expect(step.text('stdout').startsWith(step.context.tempDir)).toBe(true);
  });
});
