import { createServer, type Server, type ServerOptions } from '@millrace/server';

export const defaultPort = 7070;
const triedPorts = 50;

export type Listening = Readonly<{ server: Server; url: string; port: number }>;

/**
 * Begins to listen. `port: null` means the default port or, when it is taken, the next free one: a second workspace's
 * `millrace dev` just works. A port that was asked for is taken or refused.
 */
export async function listen(options: Omit<ServerOptions, 'port'>, port: number | null): Promise<Listening> {
  for (let next = port ?? defaultPort; ; next += 1) {
    const server = createServer({ ...options, port: next });
    try {
      const { address, port: found } = await server.listen();
      return { server, url: `http://${shownHost(address)}:${found}`, port: found };
    } catch (error) {
      await server.close().catch(() => undefined);
      if (port !== null || !isPortTaken(error) || next >= defaultPort + triedPorts) throw error;
    }
  }
}

/** Listening on all addresses is shown as an address that a browser on this machine can open. */
function shownHost(address: string): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}

function isPortTaken(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}
