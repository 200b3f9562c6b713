export type * from './approvals/answer-approval.ts';
export { approverNamed, approverOf, everywhere } from './approvals/approver-of.ts';
export { asksApprover } from './approvals/asks-approver.ts';
export type { DelegateOutcome, DelegateRequest } from './approvals/delegate-approval.ts';
export { type OpenApproval, readApprovalWait } from './approvals/open-approval.ts';
export { peopleFor } from './approvals/people-for.ts';
export { documentOf, genesisHash } from './audit/chain.ts';
export { type Audit, type AuditItem, createAudit, type NewAuditEntry } from './audit/create-audit.ts';
export type { AuditVerdict, VerifyRequest } from './audit/verify-log.ts';
export { type AuditFinding, verifyRows } from './audit/verify-rows.ts';
export { createEngine, type EngineOptions } from './engine.ts';
export type * from './engine-types.ts';
export type { EmitEventRequest } from './events/emit-event.ts';
export type { EventDetail } from './events/read-events.ts';
export type { ExplainRequest } from './explain/explain-run.ts';
export type * from './explain/explanation.ts';
export { createJoining, type Joining } from './joining/create-joining.ts';
export type { NamedLimit, NamedPosition } from './limits/list-limits.ts';
export type { QueueSummary } from './limits/list-queues.ts';
export { createMemoryStore } from './memory/index.ts';
export { type Actor, rootActor, type ShownAttempt } from './people/actor.ts';
export { createPeople, type People, type PeopleOptions } from './people/create-people.ts';
export { attemptKeyOf } from './people/identify-attempt.ts';
export type { IdentityLink } from './people/identity-links.ts';
export type { AccountDetail, AccountKind, PasswordLink } from './people/management/account-management.ts';
export { networkOf } from './people/network-of.ts';
export { ownAccount, ownSession } from './people/own-account.ts';
export type { IssuedSession } from './people/sign-in.ts';
export { approvalCursor, readApprovalCursor } from './ports/approval-cursor.ts';
export * from './ports/index.ts';
export type { EngineEvent } from './realtime/event-bus.ts';
export { createRehearsals, type Rehearsals } from './rehearsal/create-rehearsals.ts';
export type * from './rehearsal/rehearsal-types.ts';
export { defaultRetention, type Retention, type RetentionKind } from './retention/retention.ts';
export type * from './runs/bulk-runs.ts';
export type { AttemptDetail, AttemptFilter } from './runs/list-attempts.ts';
export { type BackfilledTick, type BackfillRequest, maxBackfillTicks } from './schedules/backfill-schedule.ts';
export type { ScheduleDetail, Schedules } from './schedules/create-schedules.ts';
export type { ScheduleAnswer } from './schedules/explain-schedule.ts';
export type { OverrideRequest } from './schedules/override-schedule.ts';
export type { SecretDetail, SecretRequest, Secrets } from './secrets/create-secrets.ts';
export type { ReadSecretKeys } from './secrets/find-secret.ts';
export type { Rotation } from './secrets/rotate-secrets.ts';
export { parseSecretKeys, type SecretKey } from './secrets/secret-keys.ts';
export { defaultSettings, type EngineSettings } from './settings.ts';
export type { WebhookDetail, Webhooks } from './webhooks/create-webhooks.ts';
export { isNestedTooDeep, maxNesting } from './webhooks/json-nesting.ts';
export type { WebhookAnswer, WebhookRequest } from './webhooks/receive-delivery.ts';
export { isSignedPush, type SignedRequest } from './webhooks/signatures.ts';
export type { HeldAttempt } from './workers/list-held.ts';
export {
  type DefinitionSource,
  type RevisionPack,
  readPacks,
  readSources,
  readWorkflowSource,
  type WorkflowSource,
} from './workspaces/kept-sources.ts';
export { type LiveDefinitions, readLiveDefinitions } from './workspaces/live-definitions.ts';
export { foldersOf, workflowsOf } from './workspaces/live-plans.ts';
export { compileAll } from './workspaces/publish-workspace.ts';
