export { createServer } from './create-server.ts';
export { isLoopbackHost } from './security/loopback.ts';
export { defaultLimits, type Server, type ServerLimits, type ServerOptions } from './server-options.ts';
export type { Look, WorkspaceSources } from './workspace-sources.ts';
