import type { Engine, IdentityProvider } from '@millrace/engine';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { LoggerOptions } from 'pino';
import type { WorkspaceSources } from './workspace-sources.ts';

export type ServerOptions = Readonly<{
  engine: Engine;
  host: string;
  /** 0: any free port; `listen` tells which. */
  port: number;
  version: string;
  /** A pino instance, options for one, or false for silence. */
  logger: FastifyBaseLogger | LoggerOptions | false;
  /** Who holds it may do everything. At least 16 characters. */
  apiToken?: string;
  /** Whether people and programs must show who they are. This, or an API token, is needed to listen beyond this machine. */
  signIn?: boolean;
  /** The address by which people reach the server, where that is another one: `https://millrace.example`. */
  publicUrl?: string;
  /** Outside providers that people may sign in by. */
  identityProviders?: readonly IdentityProvider[];
  /** Addresses and networks of proxies that are believed about whom they speak for (X-Forwarded-For). */
  trustedProxies?: readonly string[];
  /** Who holds it may be a worker. Without it, workers must run on this machine. At least 16 characters. */
  workerToken?: string;
  /** What workers of this process sign the tokens of their attempts with. */
  attemptKey?: Uint8Array;
  /** Host names, beside those of this machine, under which a server may be called that asks nobody who he is. */
  allowedHosts?: readonly string[];
  /** The sources of the workspaces that this server loads itself. */
  sources?: WorkspaceSources;
  /** Whether files of workspaces may be edited through this server; default true. */
  editor?: boolean;
  /** The folder of the built web UI. Without it, or while it is empty, `/` says how to build it. */
  webUi?: string;
  limits?: Partial<ServerLimits>;
  /** Called with each JSON answer before it is sent; tests compare it with the contract. */
  inspectAnswer?: (operationId: string, status: number, answer: unknown) => void;
}>;

export type ServerLimits = Readonly<{
  /** Body of an API request. */
  bodyBytes: number;
  /** How long a request may take to arrive. */
  requestTimeoutMs: number;
  /** How long `close` waits for requests under way. */
  closeGraceMs: number;
  /** Open event sockets; and how many one address may open within ten seconds. */
  sockets: number;
  socketsPerAddress: number;
  subscriptionsPerSocket: number;
  /** Unsent bytes of one event socket; what comes beyond is dropped, with a gap. */
  socketBufferBytes: number;
  /** How often a socket that says nothing is asked whether it lives; the second silence in a row closes it. */
  socketPingMs: number;
  /** How often a followed log is looked at when no event tells of news (it may be written through another server). */
  followPollMs: number;
  /** How often the right of whoever has an open socket, or a stream of log lines, is looked at again. */
  recheckMs: number;
}>;

export const defaultLimits: ServerLimits = {
  bodyBytes: 1024 * 1024,
  requestTimeoutMs: 60_000,
  closeGraceMs: 5_000,
  sockets: 1_000,
  socketsPerAddress: 100,
  subscriptionsPerSocket: 100,
  socketBufferBytes: 1024 * 1024,
  socketPingMs: 30_000,
  followPollMs: 1_000,
  recheckMs: 10_000,
};

export type Server = Readonly<{
  listen(): Promise<Readonly<{ address: string; port: number }>>;
  /** Answers long polls at once, closes sockets, ends. Safe to call more than once. */
  close(): Promise<void>;
  app: FastifyInstance;
}>;
