import type { JoinToken } from '@millrace/api';

/** What workers may serve, in a few words; null: everything. */
export function boundsText({ workspaces, queues, labels }: JoinToken['bounds']): string | null {
  const named = (one: string, many: string, names: readonly string[] | null) =>
    names === null ? [] : [`${names.length === 1 ? one : many} ${names.join(', ')}`];
  const parts = [
    ...named('workspace', 'workspaces', workspaces),
    ...named('queue', 'queues', queues),
    ...named('label', 'labels', labels),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}
