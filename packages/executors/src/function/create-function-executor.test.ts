import type { JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { faultOf, limits, runBody, scratchFolder } from '../../test/step-harness.ts';
import { createFunctionExecutor, type StepFunction } from './create-function-executor.ts';

const scratch = scratchFolder();
const call = (body: StepFunction, input: JsonObject = {}, name = 'f') =>
  runBody(scratch, createFunctionExecutor(new Map([['f', body]])), { type: 'function', function: name }, input);

describe('a function step', () => {
  it('gets its input and context, and gives what it returns', async () => {
    const { result, step } = await call(
      async (input, { run, step: name, attempt, item, log }) => {
        log('hello');
        return { input, run, name, attempt, item };
      },
      { a: 1 },
    );
    expect(result).toMatchObject({
      status: 'succeeded',
      output: { input: { a: 1 }, run: '42', name: 'build', attempt: 1, item: -1 },
    });
    expect(step.text('stdout')).toBe('hello\n');
  });

  it('may return at once, and nothing', async () => {
    expect((await call(() => undefined)).result).toMatchObject({ status: 'succeeded', output: null });
    expect((await call(() => ({ at: new Date(0) }) as never)).result).toMatchObject({
      output: { at: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('keeps its output when the function changes it afterwards', async () => {
    const kept: { n: number } = { n: 1 };
    const { result } = await call(() => kept);
    kept.n = 2;
    expect(result).toMatchObject({ output: { n: 1 } });
  });

  it('fails with what it throws', async () => {
    const thrown = Object.assign(new Error('No money left.'), { code: 'broke', retryable: false, hint: 'Earn some.' });
    expect(faultOf((await call(() => Promise.reject(thrown))).result)).toEqual({
      code: 'broke',
      message: 'No money left.',
      hint: 'Earn some.',
      retryable: false,
    });
    const plain = (): never => {
      throw 'a text';
    };
    expect(faultOf((await call(plain)).result)).toEqual({ code: 'function_failed', message: 'a text' });
  });

  it('explains an unknown function and an output that is no JSON', async () => {
    expect(faultOf((await call(() => 1, {}, 'g')).result)).toMatchObject({
      code: 'unknown_function',
      hint: 'Registered: f.',
      retryable: false,
    });
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const bad of [circle, 1n, () => 1, { n: 1n }]) {
      expect(faultOf((await call(() => bad as never)).result).code).toBe('invalid_output');
    }
    expect(faultOf((await call(() => 'é'.repeat(limits.outputBytes / 2))).result)).toMatchObject({
      code: 'output_too_large',
      details: { bytes: limits.outputBytes + 2 },
    });
  });
});
