import type { Approval } from '@millrace/api';
import type { Client } from '@millrace/client';
import { titleOf } from '../terminal/show-approval.ts';

/**
 * Tells, once each, what a run that is followed asks people, and how to answer. `look` is called whenever a step waits; what
 * is asked meanwhile is told by the look that is under way, or by one more after it.
 */
export function createApprovalNotices(
  client: Client,
  run: string,
  tell: (line: string) => void,
  signal: AbortSignal,
): Readonly<{ look(): void }> {
  const told = new Set<string>();
  let looking = false;
  let again = false;

  async function lookNow(): Promise<void> {
    looking = true;
    do {
      again = false;
      // A server that is away tells them with the next look.
      const open = await client.approvals.ofRun(run, { signal }).catch(() => null);
      for (const approval of open?.items ?? []) {
        const key = `${titleOf(approval)}#${approval.attempt}`;
        if (told.has(key)) continue;
        told.add(key);
        for (const line of noticeOf(approval)) tell(line);
      }
    } while (again && !signal.aborted);
    looking = false;
  }

  return {
    look() {
      if (looking) again = true;
      else void lookNow();
    },
  };
}

function noticeOf(approval: Approval): readonly string[] {
  const { run, step, item, iteration, prompt, quorum } = approval;
  const which = `${item < 0 ? '' : ` --item ${item}`}${iteration === 0 ? '' : ` --iteration ${iteration}`}`;
  const people = quorum === 1 ? 'somebody' : `${quorum} people`;
  return [
    `${titleOf(approval)} waits for ${people} to answer: ${prompt.split('\n', 1)[0] ?? ''}`,
    `  millrace approval approve ${run} ${step}${which}   (or reject; see: millrace approval get ${run} ${step}${which})`,
  ];
}
