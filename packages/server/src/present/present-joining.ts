import { isoTime, isoTimeOrNull, type JoinedWorker, type JoinToken } from '@millrace/api';
import type { Instant, WorkerBounds } from '@millrace/core';
import type { JoinedWorker as StoredJoined, JoinToken as StoredToken } from '@millrace/engine';

export const presentBounds = ({ workspaces, queues, labels }: WorkerBounds): JoinToken['bounds'] => ({
  workspaces: copyOf(workspaces),
  queues: copyOf(queues),
  labels: copyOf(labels),
});

export const presentJoinToken = (token: StoredToken, now: Instant): JoinToken => ({
  id: token.id,
  name: token.name,
  bounds: presentBounds(token.bounds),
  created_at: isoTime(token.createdAt),
  created_by: token.createdBy,
  until: isoTimeOrNull(token.until),
  most_uses: token.mostUses,
  uses: token.uses,
  used_at: isoTimeOrNull(token.usedAt),
  state: stateOf(token, now),
});

export const presentJoined = (worker: StoredJoined): JoinedWorker => ({
  id: worker.id,
  name: worker.name,
  bounds: presentBounds(worker.bounds),
  join_token: worker.joinToken,
  joined_at: isoTime(worker.joinedAt),
  used_at: isoTime(worker.usedAt),
  rotated_at: isoTime(worker.rotatedAt),
  revoked_at: isoTimeOrNull(worker.revokedAt),
  revoked_by: worker.revokedBy,
});

function stateOf({ until, mostUses, uses }: StoredToken, now: Instant): JoinToken['state'] {
  if (until !== null && until <= now) return 'expired';
  return mostUses !== null && uses >= mostUses ? 'used_up' : 'good';
}

const copyOf = (names: readonly string[] | null): string[] | null => (names === null ? null : [...names]);
