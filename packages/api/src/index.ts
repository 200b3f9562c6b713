export type { AnsweredApproval, Approval } from './approvals/approval.ts';
export { type AuditEntry, type AuditLine, type AuditVerdict, auditLine } from './audit/audit-entry.ts';
export { maxVerifiedRows } from './audit/routes.ts';
export { contractTable } from './contract/contract-table.ts';
export type { Access, Answer, Given, Parsed, ResponseSpec, Route, Tag } from './contract/route.ts';
export { isoTime, isoTimeOrNull } from './contract/values.ts';
export { type ErrorEnvelope, errorCodes, errorEnvelope, type Problem } from './errors/error-envelope.ts';
export type { Event, EventDetail } from './events/event.ts';
export type { Limit, Queue } from './limits/limit.ts';
export {
  type ClientMessage,
  clientMessage,
  type LiveEvent,
  type LiveEventType,
  liveEventTypes,
  type ServerMessage,
  type Subscription,
  serverMessage,
} from './live/live-event.ts';
export {
  type LogEntry,
  type LogLine,
  logCompleteHeader,
  logLine,
  maxLogLimitBytes,
  nextOffsetHeader,
} from './logs/routes.ts';
export { type OpenApiDocument, openApiDocument } from './openapi/openapi-document.ts';
export type { PasswordLink, ServiceAccount, Session, User } from './people/account.ts';
export type { ApiKey, MadeApiKey } from './people/api-key.ts';
export type { Group } from './people/group-routes.ts';
export type { Identity } from './people/identity.ts';
export type { Grant, Role, RoleBinding, Selector } from './people/rights.ts';
export { type OperationId, type Routes, routeList, routes } from './routes.ts';
export { type Attempt, maxAttempts } from './runs/attempt.ts';
export type { BulkAnswer } from './runs/bulk.ts';
export type { ExplainedAnswer, RunExplanation } from './runs/explanation.ts';
export type { GivenStartingPoint, StartedRerun } from './runs/rerun.ts';
export type { Run, RunOutput, RunSummary, StartedRun, WaitedRun } from './runs/run.ts';
export type { RunStep } from './runs/run-step.ts';
export { type ExplainedSchedule, type Schedule, type ScheduleAnswer, scheduleReasons } from './schedules/schedule.ts';
export type { Connection, Secret } from './secrets/secret.ts';
export { accessCookie, refreshCookie } from './sessions/cookies.ts';
export type { Me, SignedIn, SignInWays } from './sessions/session.ts';
export { maxDeliveryBytes } from './webhooks/routes.ts';
export { type Delivery, type DeliveryDetail, deliveryOutcomes, type Webhook } from './webhooks/webhook.ts';
export type { AdmittedWorker } from './worker-protocol/routes.ts';
export { maxSyncBytes, maxSyncWaitMs } from './worker-protocol/routes.ts';
export { type JoinedWorker, type JoinToken, type MadeJoinToken, mostJoined } from './workers/joining.ts';
export type { HeldAttempt, Worker } from './workers/routes.ts';
export { maxWaitSeconds } from './workflows/routes.ts';
export type {
  InputForm,
  LatestRun,
  PlanGraph,
  Workflow,
  WorkflowSource,
  WorkflowSummary,
  WorkflowVersion,
} from './workflows/workflow.ts';
export type { CheckedFile, SavedFile, WorkspaceFile, WorkspaceFileList } from './workspaces/files.ts';
export type { Pack, Workspace, WorkspaceComparison } from './workspaces/workspace.ts';
