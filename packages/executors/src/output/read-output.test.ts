import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOf, limits, runBody, scratchFolder } from '../../test/step-harness.ts';
import { createScriptExecutor } from '../script/create-script-executor.ts';
import { createShellExecutor } from '../shell/create-shell-executor.ts';
import { errorOffset, parseJson } from './parse-json.ts';
import { StdoutCapture } from './stdout-capture.ts';

const scratch = scratchFolder();
const shell = createShellExecutor();
const sh = (cmd: string, more = {}) => runBody(scratch, shell, { type: 'shell', cmd }, {}, more);

describe('the output of a step', () => {
  it('is the file, before a line, before nothing', async () => {
    const both = await sh(`echo 'OUTPUT: 1'; echo '{"from": "file"}' > "$MILLRACE_OUTPUT"`);
    expect(both.result).toMatchObject({ output: { from: 'file' } });
    expect((await sh(`echo 'OUTPUT: 1'; echo 'OUTPUT:{"last":true}'; echo ' OUTPUT: 3'`)).result).toMatchObject({
      output: { last: true },
    });
    expect((await sh(`: > "$MILLRACE_OUTPUT"; echo 'OUTPUT: 1'`)).result).toMatchObject({ output: 1 });
  });

  it('names the place where its JSON is wrong', async () => {
    expect(faultOf((await sh(`printf '{"a": 1,\\n "b": x}' > "$MILLRACE_OUTPUT"`)).result)).toMatchObject({
      code: 'invalid_output',
      message: expect.stringContaining('$MILLRACE_OUTPUT is not JSON: unexpected "x" at line 2, column 7'),
    });
    expect(faultOf((await sh('echo OUTPUT: {')).result).message).toContain('the end of the text');
  });

  it('that is too large names its size, the limit and the setting', async () => {
    const small = { limits: { ...limits, outputBytes: 100 } };
    for (const cmd of [`head -c 101 /dev/zero > "$MILLRACE_OUTPUT"`, `printf 'OUTPUT:'; head -c 101 /dev/zero`]) {
      const fault = faultOf((await sh(cmd, small)).result);
      expect(fault).toMatchObject({ code: 'output_too_large', details: { bytes: 101, limit: 100 } });
      expect(fault.hint).toContain('limits.output_bytes');
    }
  });

  it('is not read through links, folders or pipes', async () => {
    for (const make of ['ln -s /etc/passwd', 'mkdir', 'mkfifo']) {
      expect(faultOf((await sh(`${make} "$MILLRACE_OUTPUT"`)).result).code).toBe('invalid_output');
    }
  });

  it.each([
    ['text', 'a\nb\n', 'a\nb'],
    ['text', '', ''],
    ['json', ' {"a": [1]}\n', { a: [1] }],
    ['json', '\n', null],
    ['jsonl', '{"a":1}\n\n2\n', [{ a: 1 }, 2]],
    ['yaml', 'a: 1\nb: [x, y]\n', { a: 1, b: ['x', 'y'] }],
    ['yaml', '', null],
  ] as const)('of a script with output_format %s is read from %j', async (output_format, text, output) => {
    const body = {
      type: 'script',
      runtime: 'sh',
      code: 'printf %s "$INPUT_TEXT"',
      input_via: 'env',
      output_format,
    } as const;
    expect((await runBody(scratch, createScriptExecutor(), body, { text })).result).toMatchObject({
      status: 'succeeded',
      output,
    });
  });

  it.each([
    ['json', 'hello', 'line 1, column 1'],
    ['jsonl', '1\n{x\n', 'Line 2'],
    ['yaml', 'a: [1', 'not YAML'],
    ['yaml', 'a: 1\n---\nb: 2\n', '2 documents'],
  ] as const)('of a script that is no %s is a fault: %j', async (output_format, text, message) => {
    const body = {
      type: 'script',
      runtime: 'sh',
      code: 'printf %s "$INPUT_TEXT"',
      input_via: 'env',
      output_format,
    } as const;
    const fault = faultOf((await runBody(scratch, createScriptExecutor(), body, { text })).result);
    expect([fault.code, fault.message]).toEqual(['invalid_output', expect.stringContaining(message)]);
  });
});

describe('finding OUTPUT lines', () => {
  it('does not depend on how the stream is cut', () => {
    const line = fc.oneof(
      fc.constantFrom('OUTPUT:', 'OUTPUT: 1', 'OUTPUT', 'OUT', ' OUTPUT: 2', 'xOUTPUT: 3', '', 'O', 'OUTPUT:OUTPUT:'),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (lines, cuts) => {
          const text = lines.join('\n');
          const bytes = Buffer.from(text);
          const capture = new StdoutCapture(1_000, true);
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const length = cuts[turn % cuts.length] ?? 1;
            capture.write(bytes.subarray(at, at + length));
            at += length;
          }
          const expected = text.split('\n').findLast((each) => each.startsWith('OUTPUT:'));
          const captured = capture.end();
          expect(captured.line).toBe(expected === undefined ? null : Buffer.from(expected).toString().slice(7));
          expect(captured.whole?.equals(bytes)).toBe(true);
        },
      ),
    );
  });

  it('forgets a line that is too long when a shorter one follows', () => {
    const capture = new StdoutCapture(10, false);
    capture.write(Buffer.from(`OUTPUT:${'x'.repeat(11)}\n`));
    capture.write(Buffer.from('OUTPUT:ok\n'));
    expect(capture.end()).toEqual({ line: 'ok', oversizedLineBytes: null, whole: null, totalBytes: 29 });
  });
});

describe('where JSON is wrong', () => {
  it('is after all of a text that is JSON, and never beyond a text that is cut', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, cut) => {
        expect(errorOffset(text)).toBe(text.length);
        const part = text.slice(0, cut % (text.length + 1));
        if (!parseJson(part).ok) expect(errorOffset(part)).toBeLessThanOrEqual(part.length);
      }),
    );
  });
});
