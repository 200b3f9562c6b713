import type { AuditEntry } from '@millrace/api';
import { Dialog } from '../../components/dialog.tsx';
import { DiffView } from '../../components/diff-view.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { JsonView } from '../../components/json-tree.tsx';
import { ShortId } from '../../components/short-id.tsx';
import { exactText } from '../../components/times.ts';
import { OutcomeMark } from './audit-columns.tsx';

/** One entry: from where it came, what the object was before and after, and its place in the chain. */
export function EntryDialog({ entry, onClose }: { entry: AuditEntry | null; onClose: () => void }) {
  return (
    <Dialog
      open={entry !== null}
      onOpenChange={onClose}
      title={entry === null ? 'Entry' : `Entry ${entry.number}: ${entry.operation}`}
      wide
    >
      {entry === null ? null : <Entry entry={entry} />}
    </Dialog>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { before, after, detail } = entry;
  return (
    <div className="space-y-4">
      <Facts>
        <Fact name="Outcome">
          <OutcomeMark outcome={entry.outcome} />
          {entry.code === null ? null : <code className="ml-2 font-mono text-xs">{entry.code}</code>}
        </Fact>
        <Fact name="When">{exactText(Date.parse(entry.at))}</Fact>
        <Fact name="Who">
          {entry.actor ?? 'not known'}
          {entry.actor_kind === null ? '' : ` (${entry.actor_kind})`}
        </Fact>
        {entry.address === null ? null : <Fact name="From">{entry.address}</Fact>}
        {entry.object === null ? null : (
          <Fact name="Object">
            <code className="break-all font-mono text-xs">{entry.object}</code>
          </Fact>
        )}
        {entry.session === null ? null : (
          <Fact name="Session">
            <ShortId id={entry.session} />
          </Fact>
        )}
        {entry.api_key === null ? null : (
          <Fact name="API key">
            <ShortId id={entry.api_key} />
          </Fact>
        )}
        {entry.request_id === null ? null : (
          <Fact name="Request">
            <ShortId id={entry.request_id} />
          </Fact>
        )}
        <Fact name="Hash">
          <ShortId id={entry.hash} length={12} />
        </Fact>
        <Fact name="Made after">
          <ShortId id={entry.previous_hash} length={12} />
        </Fact>
      </Facts>
      {before !== null && after !== null ? (
        <section aria-label="What changed">
          <h3 className="mb-1 font-medium text-sm">What changed</h3>
          <div className="max-h-[40vh] overflow-auto rounded-md border">
            <DiffView before={textOf(before)} after={textOf(after)} label="Before and after" />
          </div>
        </section>
      ) : (
        <>
          {before === null ? null : <JsonView name="Before" value={before} />}
          {after === null ? null : <JsonView name="After" value={after} />}
        </>
      )}
      {detail === null ? null : <JsonView name="Asked for" value={detail} />}
    </div>
  );
}

const textOf = (value: AuditEntry['before']): string => JSON.stringify(value, null, 2);
