// An event socket of somebody who does not see everything: of what happens, it is told what is within his reach.
//
// Most events say enough themselves. Where a grant asks for a folder, a label or for who started the run, and where an event names a run
// only (another server changed it), the run is looked up first; events behind it wait, so that the order stays. When too many
// wait, they are dropped, and a gap says so.
import { type Authority, isUnlimitedReach, isWithinReach, namedObject, type Reach, reachOf } from '@millrace/core';
import type { RunObjects } from '../permissions/run-objects.ts';
import type { LiveReader } from './live-hub.ts';
import type { TellableEvent } from './subscription-match.ts';

const mostWaiting = 1_000;

type Reaches = Readonly<Record<'run' | 'log' | 'workspace', Reach>>;

export type ReaderWithin = LiveReader &
  Readonly<{ /** From here on, what is seen is what this allows. */ narrow(authority: Authority): void }>;

export function createReaderWithin(reader: LiveReader, authority: Authority, runs: RunObjects): ReaderWithin {
  let reaches = reachesOf(authority);
  let waiting = 0;
  let last = Promise.resolve();

  /** null: the run has to be looked up. */
  function seesAtOnce(event: TellableEvent): boolean | null {
    const reach = reachFor(reaches, event);
    if (isUnlimitedReach(reach)) return true;
    if (event.type === 'workspace') return isWithinReach(reach, namedObject(event.workspace, event.workspace));
    if (event.type !== 'changed' && !asksForRun(reach)) {
      return isWithinReach(reach, namedObject(event.workspace, event.workflow));
    }
    const known = runs.known(event.run);
    return known === undefined ? null : isWithinReach(reach, known);
  }

  async function sees(event: TellableEvent): Promise<boolean> {
    const atOnce = seesAtOnce(event);
    if (atOnce !== null || event.type === 'workspace') return atOnce === true;
    const object = await runs.of(event.run);
    return object !== null && isWithinReach(reachFor(reaches, event), object);
  }

  return {
    ...reader,
    tell(event, json) {
      const atOnce = waiting > 0 ? null : seesAtOnce(event);
      if (atOnce === false) return;
      if (atOnce === true) {
        reader.tell(event, json);
        return;
      }
      if (waiting >= mostWaiting) {
        reader.gap();
        return;
      }
      waiting += 1;
      last = last
        .then(async () => {
          if (await sees(event)) reader.tell(event, json);
        })
        .catch(() => reader.gap())
        .finally(() => {
          waiting -= 1;
        });
    },
    narrow(next) {
      reaches = reachesOf(next);
    },
  };
}

const reachesOf = (authority: Authority): Reaches => ({
  run: reachOf(authority, 'run:read'),
  log: reachOf(authority, 'log:read'),
  workspace: reachOf(authority, 'workspace:read'),
});

function reachFor({ run, log, workspace }: Reaches, event: TellableEvent): Reach {
  switch (event.type) {
    case 'workspace':
      return workspace;
    case 'log':
      return log;
    case 'run':
    case 'step':
    case 'changed':
      return run;
  }
}

/** Whether a reach asks what an event does not tell: the folder and labels of the run, and who started it. */
const asksForRun = (reach: Reach): boolean =>
  reach.some(({ allow, deny }) =>
    [...allow, ...deny].some((rule) =>
      rule.some(({ folder, label, owner }) => folder !== undefined || label !== undefined || owner !== undefined),
    ),
  );
