import type { AttemptKey, Instant, RunId, RunStatus, StepReason, StepStatus } from '@millrace/core';

/** What just changed, told after the commit. Losing one is harmless: everything can be read again. */
export type EngineEvent =
  | Readonly<{
      type: 'run';
      run: RunId;
      workspace: string;
      workflow: string;
      status: RunStatus;
      version: number;
      at: Instant;
    }>
  | (Omit<AttemptKey, 'step'> &
      Readonly<{
        type: 'step';
        run: RunId;
        workspace: string;
        workflow: string;
        step: string;
        status: StepStatus;
        reason: StepReason | null;
        at: Instant;
      }>)
  | (Omit<AttemptKey, 'step'> &
      Readonly<{ type: 'log'; run: RunId; workspace: string; workflow: string; step: string; sizeBytes: number }>)
  | Readonly<{ type: 'workspace'; workspace: string; revision: string | null; errors: number }>
  /** Another server changed this run: look again. */
  | Readonly<{ type: 'changed'; run: RunId }>
  /** Some events may have been missed: look again at everything. */
  | Readonly<{ type: 'gap' }>;

export type EventBus = Readonly<{
  publish(event: EngineEvent): void;
  subscribe(listener: (event: EngineEvent) => void): () => void;
  /** Whether anybody listens; lets publishers spare the work of making events. */
  heard(): boolean;
}>;

/** Tells each event to every listener, in order. A listener that throws is reported and does not disturb the others. */
export function createEventBus(onError: (error: unknown, where: string) => void): EventBus {
  const listeners = new Set<(event: EngineEvent) => void>();
  return {
    publish(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          onError(error, 'event listener');
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    heard: () => listeners.size > 0,
  };
}
