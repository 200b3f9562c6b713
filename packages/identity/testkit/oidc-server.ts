// A real provider of OpenID Connect in this process, and a robot in place of the person at its pages.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export type OidcServer = Readonly<{
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What it tells of a person. */
  people: Map<string, Readonly<Record<string, unknown>>>;
  /** Goes where a browser would, signs in as somebody, and gives the address that it is sent back to. */
  visit(url: string, login: string): Promise<URL>;
  close(): Promise<void>;
}>;

export async function startOidcServer(
  callbacks: readonly string[],
  backTo: readonly string[] = [],
): Promise<OidcServer> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = new Map<string, Readonly<Record<string, unknown>>>();
  const client = { clientId: 'millrace', clientSecret: 'a-secret-of-the-client' };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [...callbacks],
        // Of a program on this machine, whose port nobody knows before.
        application_type: callbacks.some((one) => one.startsWith('http://127.0.0.1/')) ? 'native' : 'web',
        post_logout_redirect_uris: [...backTo],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email', 'email_verified'] },
    pkce: { required: () => true },
    cookies: { keys: ['of-the-test'] },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...people.get(id) }),
    }),
  });
  server.on('request', provider.callback());

  async function visit(start: string, login: string): Promise<URL> {
    const jar = new Map<string, string>();
    let request: Readonly<{ url: string; form?: Record<string, string> }> = { url: start };
    for (let steps = 0; steps < 20; steps += 1) {
      const response: Response = await fetch(request.url, {
        redirect: 'manual',
        headers: { cookie: [...jar].map((pair) => pair.join('=')).join('; ') },
        ...(request.form === undefined ? {} : { method: 'POST', body: new URLSearchParams(request.form) }),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        jar.set(name, value);
      }
      const location = response.headers.get('location');
      const page = await response.text();
      if (location !== null) {
        const next = new URL(location, request.url);
        if (next.origin !== issuer) return next;
        request = { url: next.href };
        continue;
      }
      const action = /action="([^"]+)"/.exec(page)?.[1];
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      if (action === undefined || prompt === undefined) throw new Error(`An unknown page at ${request.url}: ${page}`);
      request = { url: new URL(action, request.url).href, form: { prompt, login, password: 'any' } };
    }
    throw new Error('The provider goes round in circles.');
  }

  return {
    issuer,
    ...client,
    people,
    visit,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
