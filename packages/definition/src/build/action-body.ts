import {
  type ActionBody,
  type ActionType,
  type ApprovalBody,
  type Env,
  type JsonObject,
  type Resources,
  unreachable,
  type WaitBody,
} from '@millrace/core';
import { z } from 'zod';
import { bodyShapes } from '../grammar/action-bodies.ts';
import { condition, type env, positiveDuration, type resources } from '../grammar/values.ts';
import { conditionText, envOf, list, milliseconds, parametersOf, resourcesOf, texts } from './from-written.ts';

const timeout = positiveDuration.exactOptional();
const shapes = {
  shell: z.object(bodyShapes.shell),
  script: z.object(bodyShapes.script),
  docker: z.object(bodyShapes.docker),
  pod: z.object(bodyShapes.pod),
  http: z.object(bodyShapes.http),
  workflow: z.object(bodyShapes.workflow),
  approval: z.object({ ...bodyShapes.approval, timeout }),
  wait: z.object({ ...bodyShapes.wait, timeout, when: condition.exactOptional() }),
  emit: z.object(bodyShapes.emit),
  cloud: z.object(bodyShapes.cloud_run),
  function: z.object(bodyShapes.function),
};

/** The types whose `timeout` belongs to what they wait for, with an outcome of its own, and not to an attempt. */
export function ownsTimeout(type: ActionType | undefined): boolean {
  return type === 'approval' || type === 'wait';
}

/**
 * The body of an action, read out of an action or an inline step that its schema has accepted. `inline`: `when` is the
 * step's own condition, not that of a wait's event.
 */
export function actionBody(type: ActionType, written: JsonObject, inline: boolean): ActionBody {
  switch (type) {
    case 'shell': {
      const { args, ...body } = shapes.shell.parse(written);
      return { type, ...withProcess(body), ...(args === undefined ? {} : { args: texts(args) }) };
    }
    case 'script': {
      const { args, runtime_version, input_via, output_format, ...body } = shapes.script.parse(written);
      return {
        type,
        ...withProcess(body),
        ...(runtime_version === undefined ? {} : { runtime_version: String(runtime_version) }),
        ...(args === undefined ? {} : { args: texts(args) }),
        input_via: input_via ?? 'stdin',
        output_format: output_format ?? 'text',
      };
    }
    case 'docker': {
      const { command, entrypoint, ...body } = shapes.docker.parse(written);
      return {
        type,
        ...withProcess(body),
        ...(command === undefined ? {} : { command: texts(command) }),
        ...(entrypoint === undefined ? {} : { entrypoint: texts(entrypoint) }),
      };
    }
    case 'pod': {
      const { command, ...body } = shapes.pod.parse(written);
      return { type, ...withProcess(body), ...(command === undefined ? {} : { command: texts(command) }) };
    }
    case 'cloud_run':
    case 'fargate':
    case 'container_app': {
      const { command, ...body } = shapes.cloud.parse(written);
      return { type, ...withProcess(body), ...(command === undefined ? {} : { command: texts(command) }) };
    }
    case 'http': {
      const { method, headers, expect, ...body } = shapes.http.parse(written);
      return {
        type,
        ...body,
        method: method ?? 'GET',
        ...(headers === undefined ? {} : { headers: envOf(headers) }),
        ...(expect === undefined
          ? {}
          : { expect: expect.status === undefined ? {} : { status: list<number | string>(expect.status) } }),
      };
    }
    case 'workflow': {
      const body = shapes.workflow.parse(written);
      return { type, workflow: body.workflow, wait: body.wait ?? true };
    }
    case 'approval':
      return approvalBody(shapes.approval.parse(written));
    case 'wait':
      return waitBody(shapes.wait.parse(written), inline);
    case 'emit':
      return { type, ...shapes.emit.parse(written) };
    case 'function':
      return { type, ...shapes.function.parse(written) };
    default:
      return unreachable(type);
  }
}

type Process = Readonly<{ env?: z.output<typeof env>; resources?: z.output<typeof resources> }>;
type WithProcess<Body> = Omit<Body, 'env' | 'resources'> & Readonly<{ env?: Env; resources?: Resources }>;

function withProcess<Body extends Process>(body: Body): WithProcess<Body> {
  const { env: variables, resources: limits, ...rest } = body;
  return {
    ...rest,
    ...(variables === undefined ? {} : { env: envOf(variables) }),
    ...(limits === undefined ? {} : { resources: resourcesOf(limits) }),
  };
}

function approvalBody(written: z.output<typeof shapes.approval>): ApprovalBody {
  const { form, escalate, timeout: limit, ...rest } = written;
  return {
    type: 'approval',
    ...rest,
    ...(form === undefined ? {} : { form: parametersOf(form) }),
    ...(limit === undefined ? {} : { timeoutMs: milliseconds(limit) }),
    ...(escalate === undefined
      ? {}
      : { escalate: { afterMs: milliseconds(escalate.after), approvers: escalate.approvers } }),
  };
}

function waitBody(written: z.output<typeof shapes.wait>, inline: boolean): WaitBody {
  const { for: time, until, event } = written;
  const details = typeof event === 'object' ? event : undefined;
  const type = typeof event === 'object' ? event.type : event;
  const when = details?.when ?? (inline ? undefined : written.when);
  const limit = details?.timeout ?? written.timeout;
  return {
    type: 'wait',
    ...(time === undefined ? {} : { for: time }),
    ...(until === undefined ? {} : { until }),
    ...(type === undefined ? {} : { event: type }),
    ...(when === undefined ? {} : { when: conditionText(when) }),
    ...(limit === undefined ? {} : { timeoutMs: milliseconds(limit) }),
  };
}
