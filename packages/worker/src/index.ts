export { attemptKeyOf, attemptKeyOfWorkerToken } from './attempts/attempt-api.ts';
export { createWorker } from './create-worker.ts';
export type { JoinedToken, JoinOptions } from './joining/joined-token.ts';
export { openJoinedToken } from './joining/joined-token.ts';
export type { HttpWorkerProtocolOptions } from './protocol/create-http-worker-protocol.ts';
export { createHttpWorkerProtocol } from './protocol/create-http-worker-protocol.ts';
export type { ApiAccess, Worker, WorkerEvent, WorkerLogger, WorkerOptions, WorkerStopOptions } from './worker.ts';
