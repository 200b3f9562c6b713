import type { Engine } from '@millrace/engine';

const everyMs = 3_600_000;

/**
 * Writes the end of the audit log into the server's own log, at once and every hour in which it moved. Whoever collects those
 * lines has anchors, against which a log that was cut off or made anew shows. Ends with what it returns.
 */
export function tellAuditHead(engine: Pick<Engine, 'audit'>, tell: (line: string) => void): () => void {
  let told = 0;
  const look = async (): Promise<void> => {
    const { number, hash } = await engine.audit.head();
    if (number === told) return;
    told = number;
    tell(`audit log at ${number}:${hash}`);
  };
  // A database that does not answer now is told of by others; the next look is soon enough.
  const lookAgain = (): void => void look().catch(() => undefined);
  lookAgain();
  const timer = setInterval(lookAgain, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
