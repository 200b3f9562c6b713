import type { User } from '@millrace/api';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { TextField } from '../../components/text-field.tsx';
import { usePeopleChange } from '../people/queries.ts';

/** How a user is called and reached. The name to sign in with stays: runs, approvals and the audit log tell by it who it was. */
export function EditDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const [displayName, setDisplayName] = useState(user.display_name);
  const [email, setEmail] = useState(user.email ?? '');
  const change = usePeopleChange(
    () =>
      api.users.change(user.name, {
        display_name: displayName.trim(),
        email: email.trim() === '' ? null : email.trim(),
      }),
    { done: () => `${user.name} is changed`, onDone: onClose },
  );
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())} title={`Edit ${user.name}`}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <TextField label="Name to be shown" value={displayName} onChange={setDisplayName} autoFocus />
        <TextField label="Email" hint="optional" type="email" value={email} onChange={setEmail} />
        {change.error === null ? null : (
          <p role="alert" className="text-bad text-sm">
            {errorText(change.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" disabled={displayName.trim() === '' || change.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
