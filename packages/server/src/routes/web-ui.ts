// Serves the web UI: built files, and one page that every address of the UI answers with.
//
// * Files under /assets/ carry a hash of their content in their name, so browsers keep them for good. The page itself is never
//   kept: it names the files, and has a nonce that is new in each answer.
// * The UI's addresses (/runs/1042) are known to its router alone. A browser that asks for a page gets the page, wherever nothing
//   else is; a program that asks for something that is not there gets the envelope, and paths of the API never get a page.
// * The page shows nothing by itself, so it needs no token: the UI asks for one when the API does.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { routeList } from '@millrace/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from '../server-context.ts';

/** Styles come from files, and from libraries that hold the nonce; nothing comes from, or goes to, another origin. */
const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** A script's own policy counts when it is started as a worker. */
const scriptPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'";

/** The first parts of the contract's paths: below them, what is not there is an error and no page. */
const reserved = new Set(routeList.map(({ path }) => path.split('/', 2)[1] ?? ''));

export function addWebUi(app: FastifyInstance, { options }: ServerContext): void {
  const { webUi } = options;
  const page = { config: { access: 'public' as const } };
  const answer = (_request: FastifyRequest, reply: FastifyReply) =>
    webUi === undefined || !existsSync(join(webUi, 'index.html')) ? sendMissing(reply) : sendPage(reply, webUi);

  if (webUi !== undefined && existsSync(webUi)) addFiles(app, webUi);
  app.get('/', page, answer);
  app.get('/*', page, (request, reply) => (isForPeople(request) ? answer(request, reply) : reply.callNotFound()));
}

function addFiles(app: FastifyInstance, folder: string): void {
  app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' };
    });
    scope.register(fastifyStatic, {
      root: join(folder, 'assets'),
      prefix: '/assets/',
      index: false,
      preCompressed: true,
      immutable: true,
      maxAge: '365d',
      setHeaders: (reply, path) => {
        if (/\.js(?:\.gz|\.br)?$/.test(path)) reply.header('content-security-policy', scriptPolicy);
      },
    });
    scope.get('/icon.svg', (_request, reply) => reply.sendFile('icon.svg', folder, { maxAge: '1d', immutable: false }));
  });
}

/** Browsers say that they want HTML; a page at a path that looks like a file is a mistake of somebody. */
function isForPeople(request: FastifyRequest): boolean {
  const [path = ''] = request.url.split('?', 1);
  return (
    (request.headers.accept ?? '').includes('text/html') &&
    !reserved.has(path.split('/', 2)[1] ?? '') &&
    !path.startsWith('/assets/')
  );
}

async function sendPage(reply: FastifyReply, folder: string): Promise<FastifyReply> {
  const nonce = randomBytes(16).toString('base64');
  const text = await readFile(join(folder, 'index.html'), 'utf8');
  return reply
    .header('content-security-policy', pagePolicy(nonce))
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(text.replaceAll('nonce=""', `nonce="${nonce}"`));
}

const sendMissing = (reply: FastifyReply): FastifyReply =>
  reply
    .code(503)
    .header('cache-control', 'no-store')
    .type('text/plain; charset=utf-8')
    .send(
      'The web UI of this server is not built. Run "npm run build" in the folder of Millrace and load this page again.\n' +
        'The HTTP API (/api/v1, described by /openapi.json) and the command line work without it.\n',
    );
