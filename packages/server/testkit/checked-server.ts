import { routes } from '@millrace/api';
import { createServer, type ServerOptions } from '../src/index.ts';
import { createFakeEngine } from './fake-engine.ts';

/** A server on a fake engine. Each JSON answer is compared with the contract; `violations` lists what differs. */
export function createCheckedServer(options: Partial<ServerOptions> = {}) {
  const fake = createFakeEngine();
  const violations: string[] = [];
  const seenOperations = new Set<string>();
  const server = createServer({
    engine: fake.engine,
    host: '127.0.0.1',
    port: 0,
    version: '0.1.0',
    logger: false,
    inspectAnswer(operationId, status, answer) {
      const spec = (
        routes as Record<
          string,
          { responses: Record<number, { schema?: { safeParse(v: unknown): { success: boolean; error?: unknown } } }> }
        >
      )[operationId];
      if (spec === undefined || (answer !== null && typeof answer === 'object' && 'error' in answer && status >= 400))
        return;
      seenOperations.add(operationId);
      const result = spec.responses[status]?.schema?.safeParse(JSON.parse(JSON.stringify(answer)));
      if (result?.success !== true)
        violations.push(`${operationId} ${status}: ${String(result?.error ?? 'no such status')}`);
    },
    ...options,
  });
  return { ...server, fake, violations, seenOperations };
}
