import { type ActionBody, type Capability, unreachable } from '@millrace/core';

/** What a worker must be able to do to execute a body; null for bodies that the engine itself carries out. */
export function executorFor(body: ActionBody): Capability | null {
  switch (body.type) {
    case 'shell':
    case 'script':
      return body.image === undefined ? body.type : 'docker';
    case 'http':
    case 'function':
    case 'docker':
    case 'cloud_run':
    case 'fargate':
    case 'container_app':
      return body.type;
    case 'pod':
      return 'kubernetes';
    case 'workflow':
    case 'approval':
    case 'wait':
    case 'emit':
      return null;
    default:
      return unreachable(body);
  }
}
