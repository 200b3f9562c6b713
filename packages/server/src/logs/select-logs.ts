import type { Parsed, Routes } from '@millrace/api';
import { MillraceError, type RunId } from '@millrace/core';
import type { Engine, LogRef } from '@millrace/engine';

export type LogQuery = Parsed<Routes['readLogs'], 'query'>;
export type ListedLog = LogRef & Readonly<{ sizeBytes: number }>;

/** Whether a log is one of those that a query asks for. */
export function isAskedFor(query: LogQuery, log: LogRef): boolean {
  return (
    (query.step === undefined || query.step === log.step) &&
    (query.item === undefined || query.item === log.item) &&
    (query.iteration === undefined || query.iteration === log.iteration) &&
    (query.attempt === undefined || query.attempt === log.attempt)
  );
}

/** The query names one log by all four parts of its name. */
export function namedLog({ step, item, iteration, attempt }: LogQuery): LogRef | null {
  if (step === undefined || item === undefined || iteration === undefined || attempt === undefined) return null;
  return { step, item, iteration, attempt };
}

/** The logs that a query asks for. Throws `log_not_found` for a step that the run does not have. */
export async function selectLogs(engine: Engine, run: RunId, query: LogQuery): Promise<readonly ListedLog[]> {
  const logs = (await engine.listLogs(run)).filter((log) => isAskedFor(query, log));
  if (logs.length === 0 && query.step !== undefined) {
    const { plan } = await engine.getRun(run);
    if (!plan.steps.some((step) => step.name === query.step)) {
      const names = plan.steps.slice(0, 20).map((step) => step.name);
      throw new MillraceError('log_not_found', `Run ${run} has no step "${query.step}".`, {
        hint: `Its steps: ${names.join(', ')}${plan.steps.length > names.length ? ', …' : ''}.`,
      });
    }
  }
  return logs;
}
