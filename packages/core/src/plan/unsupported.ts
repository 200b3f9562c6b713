// What the engine does not execute yet: one row each, told when a plan is compiled, so that nothing is silently
// ignored. When a feature is built, its row goes.
import type { ActionBody } from '../definitions/action.ts';

type Row = Readonly<{ key: string; what: string; uses: (body: ActionBody) => boolean }>;

export const unsupportedInBody: readonly Row[] = [
  ...(['docker', 'pod', 'cloud_run', 'fargate', 'container_app'] as const).map((type) => ({
    key: 'type',
    what: `The action type \`${type}\``,
    uses: (body: ActionBody) => body.type === type,
  })),
  {
    key: 'image',
    what: 'Running in a container (`image`)',
    uses: (body) => (body.type === 'shell' || body.type === 'script') && body.image !== undefined,
  },
];
