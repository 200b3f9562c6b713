import type { Role } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { Mark } from '../../components/mark.tsx';
import { Card } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { TextField } from '../../components/text-field.tsx';
import { GrantsEditor } from './grants-editor.tsx';
import { rolesQuery, usePeopleChange } from './queries.ts';
import { whereText } from './where-text.ts';

/** What may be done by whoever has a role. */
export function Roles() {
  const query = useQuery(rolesQuery);
  const [edited, setEdited] = useState<Role | 'new' | null>(null);
  return (
    <section aria-label="Roles">
      <div className="mb-2 flex min-h-7 items-center justify-between gap-4">
        <h2 className="font-semibold">Roles</h2>
        <Button small needs="role:change" onClick={() => setEdited('new')}>
          <Plus aria-hidden />
          Make a role
        </Button>
      </div>
      <QueryView query={query} what="roles">
        {(roles) => (
          <div className="space-y-3">
            {roles.map((role) => (
              <RoleCard key={role.name} role={role} onEdit={() => setEdited(role)} />
            ))}
          </div>
        )}
      </QueryView>
      {edited === null ? null : <EditRole role={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
    </section>
  );
}

function RoleCard({ role: { name, description, built_in, grants }, onEdit }: { role: Role; onEdit: () => void }) {
  const [removing, setRemoving] = useState(false);
  const remove = usePeopleChange(() => api.roles.remove(name), {
    failure: `${name} was not removed`,
    done: () => `${name} is removed`,
  });
  return (
    <Card>
      <article aria-label={`Role ${name}`} className="space-y-3 p-4">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h3 className="font-semibold">{name}</h3>
          {built_in ? <Mark tone="idle">built in</Mark> : null}
          <span className="text-soft text-sm">{description}</span>
          {built_in ? null : (
            <span className="ml-auto flex gap-2">
              <Button small needs="role:change" aria-label={`Edit ${name}`} onClick={onEdit}>
                Edit
              </Button>
              <Button
                small
                look="danger"
                needs="role:change"
                aria-label={`Remove ${name}`}
                onClick={() => setRemoving(true)}
              >
                Remove
              </Button>
            </span>
          )}
        </div>
        <ul aria-label={`Grants of ${name}`} className="flex flex-wrap gap-1.5">
          {grants.map((grant) => (
            <li
              key={JSON.stringify(grant)}
              className={`rounded-sm px-1.5 py-0.5 text-xs ${grant.effect === 'deny' ? 'bg-bad-ground text-bad' : 'bg-idle-ground text-soft'}`}
            >
              {grant.effect === 'deny' ? 'not ' : ''}
              <code className="font-mono">{grant.permission}</code> {whereText(grant.where)}
            </li>
          ))}
          {grants.length === 0 ? <li className="text-faint text-sm">Nothing yet.</li> : null}
        </ul>
        {removing ? (
          <ConfirmDialog
            title={`Remove the role ${name}?`}
            description="Whoever had it has it no more."
            action="Remove it"
            busy={remove.isPending}
            onConfirm={() => remove.mutate()}
            onClose={() => setRemoving(false)}
          />
        ) : null}
      </article>
    </Card>
  );
}

function EditRole({ role, onClose }: { role: Role | null; onClose: () => void }) {
  const [name, setName] = useState(role?.name ?? '');
  const [description, setDescription] = useState(role?.description ?? '');
  const [grants, setGrants] = useState<Role['grants']>(role?.grants ?? []);
  const save = usePeopleChange(() => api.roles.put(name.trim(), { description, grants }), {
    done: (saved) => `${saved.name} is saved`,
    onDone: onClose,
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={role === null ? 'Make a role' : `Edit ${role.name}`}
      description="It counts at once for everybody who has it. A deny beats every allow."
      wide
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {role === null ? <TextField label="Name" value={name} onChange={setName} autoFocus spellCheck={false} /> : null}
        <TextField label="What it is for" hint="optional" value={description} onChange={setDescription} />
        <GrantsEditor grants={grants} onChange={setGrants} />
        {save.error === null ? null : <Problem>{errorText(save.error)}</Problem>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" disabled={name.trim() === '' || save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
