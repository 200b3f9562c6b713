import { eventTypeRule, isEventType, runStatuses, stepStatuses } from '@millrace/core';
import { z } from 'zod';
import { expected } from '../grammar/expected.ts';
import { duration, filledText, json, jsonObject, name, text } from '../grammar/values.ts';
import { hookCallPattern, stepPathPattern } from './step-path.ts';

const stepPath = z
  .string()
  .regex(
    stepPathPattern,
    expected(
      'invalid_name',
      'a step such as `build`, an item such as `build[3]`, or a step of a child run: `call.build`',
    ),
  )
  .meta({
    id: 'StepPath',
    description: 'A step; `step[3]`: an item of its for_each; `call.step`: a step of a child run.',
  });

const mockedError = z
  .union(
    [
      filledText,
      z.strictObject({
        code: filledText,
        message: text.exactOptional(),
        details: jsonObject.exactOptional().describe('For example { exit_code: 3 }.'),
        retryable: z.boolean().exactOptional().describe('false: it is not tried again.'),
      }),
    ],
    expected('wrong_type', 'a code such as `exit_code`, or a map such as `{ code: exit_code, message: … }`'),
  )
  .meta({ id: 'MockedError' });

const answer = z
  .union(
    [
      z.literal(true),
      z.strictObject({
        by: z
          .union([filledText, z.array(filledText).min(1)], expected('wrong_type', 'a name or a list of names'))
          .exactOptional()
          .describe('Default: as many of the approvers as it takes.'),
        values: jsonObject.exactOptional().describe('Of the form.'),
        comment: text.exactOptional(),
      }),
    ],
    expected('wrong_type', '`true`, or a map such as `{ by: ada, values: { … } }`'),
  )
  .meta({ id: 'MockedAnswer' });

const outcomeKeys = ['output', 'error', 'lost', 'approve', 'reject', 'unanswered'] as const;

const mockedResult = z
  .strictObject({
    output: json.exactOptional().describe('It succeeds with this output. Default: it succeeds with null.'),
    error: mockedError.exactOptional().describe('It fails.'),
    lost: z.literal(true).exactOptional().describe('Its worker is lost.'),
    approve: answer.exactOptional().describe('Of an approval: people approve it.'),
    reject: answer.exactOptional().describe('Of an approval: somebody rejects it.'),
    unanswered: z.literal(true).exactOptional().describe('Of an approval: nobody answers, so its time-out follows.'),
    duration: duration.exactOptional().describe('How long it takes, in virtual time. Default 0s.'),
  })
  .refine(
    (written) => outcomeKeys.filter((key) => key in written).length <= 1,
    expected('exactly_one', 'a map with at most one of `output`, `error`, `lost`, `approve`, `reject`, `unanswered`'),
  )
  .meta({ id: 'MockedResult' });

const mock = z
  .union(
    [mockedResult, z.array(mockedResult).min(1)],
    expected('wrong_type', 'a result such as `{ output: … }`, or a list of them'),
  )
  .meta({
    id: 'Mock',
    description: 'A result, or one for each execution in turn; the last one stands for all further.',
  });

const mocks = z.record(stepPath, mock);

const expectedError = z
  .union(
    [
      filledText,
      z.strictObject({
        code: filledText.exactOptional(),
        message: filledText.exactOptional().describe('A part of the message.'),
        step: filledText.exactOptional().describe('The step that failed, in the error of a run.'),
      }),
    ],
    expected('wrong_type', 'a code such as `exit_code`, or a map of `code`, `message`, `step`'),
  )
  .meta({ id: 'ExpectedError' });

const expectedStep = z
  .union(
    [
      z.enum(stepStatuses),
      z.strictObject({
        status: z.enum(stepStatuses).exactOptional(),
        reason: filledText.exactOptional(),
        input: json.exactOptional().describe('What the action was called with.'),
        output: json.exactOptional(),
        error: expectedError.exactOptional(),
        attempts: z.int().min(0).exactOptional(),
      }),
    ],
    expected('wrong_type', 'a status such as `succeeded`, or a map such as `{ status: failed, attempts: 2 }`'),
  )
  .meta({ id: 'ExpectedStep' });

const hookCall = z
  .string()
  .regex(hookCallPattern, expected('invalid_name', 'a hook and what it calls, such as `on_failure.tell`'))
  .meta({ id: 'HookCallPath', description: '`on_failure.tell`; of a child run `call.on_failure.tell`.' });

const expectedHook = z
  .union(
    [
      hookCall,
      z.strictObject({
        call: hookCall,
        status: z.enum(runStatuses).exactOptional().describe('Of its run.'),
        input: json.exactOptional().describe('What it was called with.'),
        error: expectedError.exactOptional().describe('Why it could not be called, or failed.'),
      }),
    ],
    expected(
      'wrong_type',
      'a call such as `on_failure.tell`, or a map such as `{ call: on_failure.tell, input: { … } }`',
    ),
  )
  .meta({ id: 'ExpectedHook' });

const expectation = z
  .strictObject({
    status: z
      .enum(runStatuses)
      .exactOptional()
      .describe('Default: succeeded, unless `error` or `refused` is expected.'),
    refused: filledText.exactOptional().describe('The code with which the start is refused, such as invalid_input.'),
    output: json.exactOptional(),
    error: expectedError.exactOptional(),
    steps: z.record(stepPath, expectedStep).exactOptional().describe('Steps that are not named are not compared.'),
    hooks: z
      .array(expectedHook)
      .exactOptional()
      .describe('The hooks that are called, all of them in their order. Default: they are not compared.'),
    order: z
      .array(z.union([stepPath, z.array(stepPath).min(1)], expected('wrong_type', 'a step or a list of steps')))
      .min(2)
      .exactOptional()
      .describe('Each begins after the one before it has ended; those of an inner list may run side by side.'),
    takes: duration.exactOptional().describe('Virtual time from start to end.'),
  })
  .meta({ id: 'Expectation' });

const arrival = z
  .strictObject({
    type: z
      .string()
      .refine(isEventType, expected('invalid_event_type', eventTypeRule))
      .describe('For example order.paid.'),
    payload: jsonObject.exactOptional(),
    after: duration.exactOptional().describe('How long after the start. Default 0s.'),
  })
  .meta({ id: 'ArrivingEvent' });

const isTime = (written: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(written) &&
  !Number.isNaN(Date.parse(written));

export const testShape = z
  .strictObject({
    description: text.exactOptional(),
    workflow: name.exactOptional().describe('Default: that of the file.'),
    input: jsonObject.exactOptional(),
    now: z
      .string()
      .refine(isTime, expected('invalid_time', 'a time with its zone such as `2026-03-01T09:00:00Z`'))
      .exactOptional()
      .describe('The virtual time of the start. Default 2026-01-01T00:00:00Z.'),
    mocks: mocks.exactOptional().describe('Over those of the file.'),
    events: z.array(arrival).exactOptional().describe('Events that arrive, in virtual time.'),
    cancel: z
      .strictObject({ after: duration, reason: filledText.exactOptional(), force: z.boolean().exactOptional() })
      .exactOptional()
      .describe('Cancels the run after this virtual time.'),
    expect: expectation,
  })
  .meta({ id: 'Test' });

export const testFileShape = z.strictObject({
  workflow: name.exactOptional().describe('The workflow of all tests that name none.'),
  mocks: mocks.exactOptional().describe('For all tests.'),
  tests: z.record(filledText, testShape),
});

export type WrittenTest = z.output<typeof testShape>;
export type WrittenMock = z.output<typeof mock>;
export type WrittenAnswer = z.output<typeof answer>;
export type WrittenError = z.output<typeof expectedError>;
