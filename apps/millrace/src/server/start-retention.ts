import { type Engine, forgetDeliveries, retireRevisions } from '@millrace/engine';
import type { Closers } from '../processes/closers.ts';

/** How long a revision is kept after another one replaced it: for looking, and for starting its runs again. */
const revisionKeepMs = 7 * 24 * 60 * 60 * 1000;
/** How long requests to webhooks are kept: for looking, and for delivering them again. */
const deliveryKeepMs = 30 * 24 * 60 * 60 * 1000;
const pauseMs = 60 * 60 * 1000;

/** Removes what nobody needs any more: now, and every hour until everything is closed. */
export function startRetention(
  engine: Engine,
  closers: Closers,
  onError: (error: unknown, where: string) => void,
): void {
  let running: Promise<unknown> = Promise.resolve();
  const clean = (): void => {
    running = Promise.all([
      retireRevisions(engine, revisionKeepMs).catch((error: unknown) => onError(error, 'removing old revisions')),
      forgetDeliveries(engine, deliveryKeepMs).catch((error: unknown) => onError(error, 'removing old deliveries')),
    ]);
  };
  clean();
  const timer = setInterval(clean, pauseMs);
  closers.add('retention', async () => {
    clearInterval(timer);
    await running;
  });
}
