import type { Grant, MadeApiKey } from '@millrace/api';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { CheckField } from '../../components/check-field.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { Problem } from '../../components/problem.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { TextField } from '../../components/text-field.tsx';
import { GrantsEditor } from './grants-editor.tsx';
import { usePeopleChange } from './queries.ts';

export type NewKey = Readonly<{ name: string; scopes: Grant[] | null; life_ms: number | null }>;

const dayMs = 24 * 3_600_000;
const lives = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
  ['', 'it does not expire'],
] as const;

/** Makes an API key and shows it, once. `accounts`: those that it may be of; null: it is one's own. */
export function MakeKeyDialog({
  accounts,
  make,
  onClose,
}: {
  accounts: readonly string[] | null;
  make: (key: NewKey, account: string) => Promise<MadeApiKey>;
  onClose: () => void;
}) {
  const [account, setAccount] = useState(accounts?.[0] ?? '');
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [narrow, setNarrow] = useState(false);
  const [scopes, setScopes] = useState<Grant[]>([]);
  const made = usePeopleChange(() =>
    make(
      { name: name.trim(), scopes: narrow ? scopes : null, life_ms: days === '' ? null : Number(days) * dayMs },
      account,
    ),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={made.isSuccess ? `The key ${made.data.api_key.name}` : 'Make an API key'}
      wide={narrow}
    >
      {made.isSuccess ? (
        <ShownOnce text={made.data.key} onDone={onClose}>
          Programs send it as <code>Authorization: Bearer …</code>, the command line takes it from{' '}
          <code>MILLRACE_TOKEN</code>.
        </ShownOnce>
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            made.mutate();
          }}
        >
          {accounts === null ? null : (
            <SelectField
              label="Of the service account"
              value={account}
              options={accounts.map((one) => [one, one] as const)}
              onChange={setAccount}
            />
          )}
          <TextField label="What it is for" value={name} onChange={setName} autoFocus />
          <SelectField label="Expires after" value={days} options={lives} onChange={setDays} />
          <CheckField label="it may do less than its account" checked={narrow} onChange={setNarrow} />
          {narrow ? <GrantsEditor grants={scopes} onChange={setScopes} /> : null}
          {made.error === null ? null : <Problem>{errorText(made.error)}</Problem>}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Not now</Button>
            <Button type="submit" look="primary" disabled={name.trim() === '' || made.isPending}>
              Make it
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
