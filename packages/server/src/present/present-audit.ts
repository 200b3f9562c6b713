import { type AuditEntry, type AuditVerdict as AuditVerdictAnswer, isoTime } from '@millrace/api';
import type { AuditItem, AuditVerdict } from '@millrace/engine';

export function presentAuditItem({ number, hash, previousHash, entry }: AuditItem): AuditEntry {
  const { at, actorKind, apiKey, request, ...rest } = entry;
  return {
    number,
    hash,
    previous_hash: previousHash,
    ...rest,
    at: isoTime(at),
    actor_kind: actorKind,
    api_key: apiKey,
    request_id: request,
  };
}

export const presentAuditVerdict = ({ findings, anchorRemoved, ...rest }: AuditVerdict): AuditVerdictAnswer => ({
  ...rest,
  findings: [...findings],
  anchor_removed: anchorRemoved,
});
