import { MillraceError, type RunId, runId } from '@millrace/core';
import { type Engine, workflowsOf } from '@millrace/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mountRawRoute } from '../contract/mount-route.ts';
import { createLogFormatter } from '../logs/log-formatter.ts';
import { readLog } from '../logs/read-log.ts';
import { closedPage, homePage } from '../pages/home-page.ts';
import { runPage } from '../pages/run-page.ts';
import { pagePolicy } from '../pages/style.ts';
import { presentRun, presentSummary } from '../present/present-run.ts';
import { presentWorkspace } from '../present/present-workspace.ts';
import type { ServerContext } from '../server-context.ts';

/** The pages until there is a web UI: plain HTML, no scripts. */
export function addPageRoutes(app: FastifyInstance, { engine, options }: ServerContext): void {
  const { version, sample, apiToken } = options;

  mountRawRoute(app, 'getHomePage', async ({ request, reply }) => {
    const origin = originOf(request);
    if (apiToken !== undefined) return sendPage(reply, closedPage(origin, version));
    const [workspaces, runs] = await Promise.all([
      workspacesWithWorkflows(engine),
      engine.queries.listRuns({ topLevel: true }, { limit: 20, after: null }),
    ]);
    return sendPage(reply, homePage({ origin, version, workspaces, runs: runs.items.map(presentSummary), sample }));
  });

  mountRawRoute(app, 'getRunPage', async ({ params, reply }) => {
    if (!/^\d{1,19}$/.test(params.run)) {
      throw new MillraceError('run_not_found', `"${params.run.slice(0, 50)}" is no run id.`, {
        hint: 'It has digits only.',
      });
    }
    const run = runId(params.run);
    const detail = await engine.getRun(run);
    return sendPage(reply, runPage({ version, run: presentRun(detail), log: await lastLines(engine, run) }));
  });
}

const sendPage = (reply: FastifyReply, page: string): FastifyReply =>
  reply
    .header('content-security-policy', pagePolicy)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(page);

const originOf = (request: FastifyRequest): string => `http://${request.headers.host ?? 'localhost'}`;

async function workspacesWithWorkflows(engine: Engine) {
  const states = await engine.store.workspaces.list();
  return Promise.all(
    states.map(async (state) => {
      const revision = await engine.store.workspaces.revision(state.name, null);
      const workflows = [...(revision === null ? [] : workflowsOf(revision))].sort((a, b) =>
        a.name < b.name ? -1 : 1,
      );
      return { ...presentWorkspace(state), workflows };
    }),
  );
}

const shownLogs = 20;
const shownBytesPerLog = 16 * 1024;

/** The last lines of the last logs. */
async function lastLines(engine: Engine, run: RunId): Promise<Readonly<{ text: string; truncated: boolean }>> {
  const logs = await engine.listLogs(run);
  const shown = logs.slice(-shownLogs);
  let truncated = logs.length > shown.length;
  let text = '';
  for (const log of shown) {
    const start = Math.max(0, log.sizeBytes - shownBytesPerLog);
    const formatter = createLogFormatter('text', log, logs.length > 1);
    let first = start > 0;
    truncated ||= first;
    for await (const { data, offset } of readLog(engine, run, log, start, log.sizeBytes)) {
      // A read that begins within a record has its rest first, which is no line.
      const skip = first ? data.indexOf(10) + 1 : 0;
      first = false;
      text += formatter.chunk(data.subarray(skip), offset + skip).toString();
    }
    text += formatter.end();
  }
  return { text, truncated };
}
