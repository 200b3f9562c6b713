import type { AuditVerdict } from '@millrace/api';
import { useMutation } from '@tanstack/react-query';
import { CircleAlert, ShieldCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { CommandLine } from '../../components/code-view.tsx';
import { countText } from '../../components/count-text.ts';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { TextField } from '../../components/text-field.tsx';

type Verified = Pick<AuditVerdict, 'findings' | 'checked' | 'last' | 'anchor_removed'>;

/** Goes through the chain of hashes, from its beginning or from an anchor that somebody kept. */
export function VerifyDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [progress, setProgress] = useState(0);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const anchor = anchorOf(text);
  const verify = useMutation({ mutationFn: () => verifyAll(anchor ?? null, setProgress, stop.current.signal) });
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Verify the audit log"
      description="Looks whether each entry is what it was, and where it was. That the end was cut off, or all was made anew, shows against an anchor that was kept elsewhere."
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          verify.mutate();
        }}
      >
        <TextField
          label="Anchor"
          placeholder="1042:5f0c…"
          hint="Optional: an entry's number and hash, as an earlier verification gave them."
          error={anchor === undefined ? 'Expected NUMBER:HASH, with 64 hexadecimal digits.' : null}
          value={text}
          onChange={setText}
          spellCheck={false}
        />
        {verify.error === null ? null : (
          <p role="alert" className="text-bad text-sm">
            {errorText(verify.error)}
          </p>
        )}
        {verify.isPending ? (
          <p role="status" className="text-soft text-sm">
            {countText(progress, 'entry', 'entries')} verified so far.
          </p>
        ) : null}
        {verify.data === undefined ? null : <Verdict verified={verify.data} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" disabled={anchor === undefined || verify.isPending}>
            Verify
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Verdict({ verified: { findings, checked, last, anchor_removed } }: { verified: Verified }) {
  return (
    <div className="space-y-3 text-sm">
      {findings.length === 0 ? (
        <p role="status" className="flex items-center gap-2 rounded-md bg-good-ground px-3 py-2 text-good">
          <ShieldCheck aria-hidden className="size-4 shrink-0" />
          {countText(checked, 'entry is', 'entries are')} as they were.
        </p>
      ) : (
        <div role="alert" className="rounded-md bg-bad-ground px-3 py-2 text-bad">
          <ul className="space-y-1">
            {findings.map(({ kind, number, message }) => (
              <li key={`${kind} ${number}`} className="flex gap-2">
                <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
                {message}
              </li>
            ))}
          </ul>
        </div>
      )}
      {anchor_removed ? (
        <p className="text-wait">The anchor's entry was removed by retention: nothing was compared with it.</p>
      ) : null}
      {last.number === 0 ? null : (
        <div>
          <p className="mb-1 text-soft">The anchor of the last entry. Keep it elsewhere:</p>
          <CommandLine text={`${last.number}:${last.hash}`} />
        </div>
      )}
    </div>
  );
}

type Anchor = Readonly<{ number: number; hash: string }>;

/** null: none was given; undefined: it is none. */
function anchorOf(text: string): Anchor | null | undefined {
  if (text.trim() === '') return null;
  const [, number, hash] = /^\s*(\d{1,15}):([0-9a-f]{64})\s*$/.exec(text) ?? [];
  return number === undefined || hash === undefined ? undefined : { number: Number(number), hash };
}

async function verifyAll(
  anchor: Anchor | null,
  onProgress: (checked: number) => void,
  signal: AbortSignal,
): Promise<Verified> {
  let checked = 0;
  const findings: AuditVerdict['findings'] = [];
  for (let from = anchor, removed = false; ; ) {
    const part: AuditVerdict = await api.audit.verify({ anchor: from }, { signal });
    checked += part.checked;
    findings.push(...part.findings);
    removed ||= part.anchor_removed;
    onProgress(checked);
    if (part.next === null) return { findings, checked, last: part.last, anchor_removed: removed };
    from = part.next;
  }
}
