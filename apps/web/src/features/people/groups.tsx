import type { Group } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Plus, UsersRound, X } from 'lucide-react';
import { useId, useState } from 'react';
import { api } from '../../api/client.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { countText } from '../../components/count-text.ts';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { Card } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { fieldClass, TextField } from '../../components/text-field.tsx';
import { groupsQuery, serviceAccountsQuery, usePeopleChange, usersQuery } from './queries.ts';

/** People and programs that have roles together, and that approvals name together. */
export function Groups() {
  const query = useQuery(groupsQuery);
  const [adding, setAdding] = useState(false);
  return (
    <section aria-label="Groups">
      <div className="mb-2 flex min-h-7 items-center justify-between gap-4">
        <h2 className="font-semibold">Groups</h2>
        <Button small needs="role:change" onClick={() => setAdding(true)}>
          <Plus aria-hidden />
          Make a group
        </Button>
      </div>
      <QueryView query={query} what="groups">
        {(groups) =>
          groups.length === 0 ? (
            <Card>
              <Empty icon={<UsersRound />} title="No group yet">
                Who is in a group has its roles, and may answer approvals that name it.
              </Empty>
            </Card>
          ) : (
            <div className="space-y-3">
              {groups.map((group) => (
                <GroupCard key={group.name} group={group} />
              ))}
            </div>
          )
        }
      </QueryView>
      {adding ? <MakeGroup onClose={() => setAdding(false)} /> : null}
    </section>
  );
}

function GroupCard({ group: { name, description, members } }: { group: Group }) {
  const [removing, setRemoving] = useState(false);
  const [account, setAccount] = useState('');
  const accounts = useAccounts();
  const listId = useId();
  const add = usePeopleChange(() => api.groups.addMember(name, account.trim()), {
    failure: `${account} was not added to ${name}`,
    onDone: () => setAccount(''),
  });
  const take = usePeopleChange((member: string) => api.groups.removeMember(name, member), {
    failure: `${name} keeps its member`,
    done: (_, member) => `${member} is not in ${name} any more`,
  });
  const remove = usePeopleChange(() => api.groups.remove(name), {
    failure: `${name} was not removed`,
    done: () => `${name} is removed`,
  });
  return (
    <Card>
      <article aria-label={`Group ${name}`} className="space-y-3 p-4">
        <div className="flex flex-wrap items-center gap-3">
          <h3 className="font-semibold">{name}</h3>
          <span className="text-soft text-sm">{description}</span>
          <span className="ml-auto text-faint text-sm">{countText(members.length, 'member')}</span>
          <Button small look="danger" needs="role:change" onClick={() => setRemoving(true)}>
            Remove
          </Button>
        </div>
        <ul className="flex flex-wrap gap-2">
          {members.map((member) => (
            <li key={member} className="inline-flex items-center rounded-md border bg-ground pl-2 text-sm">
              {member}
              <IconButton
                label={`Take ${member} out of ${name}`}
                needs="role:change"
                onClick={() => take.mutate(member)}
              >
                <X />
              </IconButton>
            </li>
          ))}
        </ul>
        <form
          className="flex gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate();
          }}
        >
          <input
            list={listId}
            aria-label={`Account to add to ${name}`}
            placeholder="User or service account"
            value={account}
            onChange={(event) => setAccount(event.target.value)}
            className={`${fieldClass} w-56!`}
          />
          <datalist id={listId}>
            {accounts
              .filter((one) => !members.includes(one))
              .map((one) => (
                <option key={one} value={one} />
              ))}
          </datalist>
          <Button type="submit" needs="role:change" disabled={account.trim() === '' || add.isPending}>
            Add
          </Button>
        </form>
        {removing ? (
          <ConfirmDialog
            title={`Remove the group ${name}?`}
            description="Its members stay, without the roles that they had by it."
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

/** Names of all accounts that one may see, to choose from. */
export function useAccounts(): readonly string[] {
  const users = useQuery(usersQuery).data ?? [];
  const programs = useQuery(serviceAccountsQuery).data ?? [];
  return [...users, ...programs].map(({ name }) => name).sort();
}

function MakeGroup({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const make = usePeopleChange(() => api.groups.put(name.trim(), { description }), {
    done: (group) => `${group.name} is made`,
    onDone: onClose,
  });
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())} title="Make a group">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <TextField label="Name" value={name} onChange={setName} autoFocus spellCheck={false} />
        <TextField label="What it is" hint="optional" value={description} onChange={setDescription} />
        {make.error === null ? null : (
          <p role="alert" className="text-bad text-sm">
            {errorText(make.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" disabled={name.trim() === '' || make.isPending}>
            Make it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
