import type { User } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { UserPlus, Users as UsersIcon } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { DoneButton, ShownOnce } from '../../components/shown-once.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { TextField } from '../../components/text-field.tsx';
import { heldColumns } from './held-columns.tsx';
import { usePeopleChange, usersQuery } from './queries.ts';

const columns: readonly Column<User>[] = [
  {
    id: 'name',
    header: 'User',
    cell: ({ name, display_name, disabled, locked_until, has_password }) => (
      <span className="inline-flex max-w-full items-center gap-2 align-middle">
        <Link to="/people/users/$user" params={{ user: name }} className={`font-medium ${linkClass}`}>
          {name}
        </Link>
        {display_name === name ? null : <span className="truncate text-soft">{display_name}</span>}
        {disabled ? <Mark tone="bad">disabled</Mark> : null}
        {locked_until === null ? null : <Mark tone="wait">locked</Mark>}
        {has_password ? null : <Mark tone="idle">no password yet</Mark>}
      </span>
    ),
  },
  ...heldColumns,
  {
    id: 'in',
    header: 'Signed in',
    width: '7rem',
    align: 'right',
    cell: ({ signed_in_at }) =>
      signed_in_at === null ? <span className="text-faint">never</span> : <RelativeTime at={signed_in_at} />,
  },
];

export function Users() {
  const query = useQuery(usersQuery);
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title="Users"
      aside={
        <Button small needs="user:change" onClick={() => setAdding(true)}>
          <UserPlus aria-hidden />
          Add a user
        </Button>
      }
    >
      <QueryView query={query} what="users">
        {(users) =>
          users.length === 0 ? (
            <Empty icon={<UsersIcon />} title="No user yet" command="npx millrace user add ada">
              Users sign in with a password, or through a provider that this server knows.
            </Empty>
          ) : (
            <Table
              label="Users"
              rows={users}
              columns={columns}
              rowId={({ name }) => name}
              onOpen={({ name }) => void navigate({ to: '/people/users/$user', params: { user: name } })}
            />
          )
        }
      </QueryView>
      {adding ? <AddUser onClose={() => setAdding(false)} /> : null}
    </Section>
  );
}

function AddUser({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [email, setEmail] = useState('');
  const add = usePeopleChange(() =>
    api.users.create({
      name: name.trim(),
      ...(displayName.trim() === '' ? {} : { display_name: displayName.trim() }),
      ...(email.trim() === '' ? {} : { email: email.trim() }),
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={add.isSuccess ? `${add.data.user.name} is added` : 'Add a user'}
      description={
        add.isSuccess
          ? 'Give this link to nobody else: it sets the password, once, within a day.'
          : 'A new user may do nothing until somebody gives a role.'
      }
    >
      {add.isSuccess ? (
        add.data.link === null ? (
          <DoneButton onDone={onClose} />
        ) : (
          <ShownOnce text={`${window.location.origin}${add.data.link.path}`} onDone={onClose}>
            Whoever opens it sets the password of {add.data.user.name}.
          </ShownOnce>
        )
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate();
          }}
        >
          <TextField label="Name" hint="to sign in with" value={name} onChange={setName} autoFocus spellCheck={false} />
          <TextField label="Name to be shown" hint="optional" value={displayName} onChange={setDisplayName} />
          <TextField label="Email" hint="optional" type="email" value={email} onChange={setEmail} />
          {add.error === null ? null : (
            <p role="alert" className="text-bad text-sm">
              {errorText(add.error)}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Not now</Button>
            <Button type="submit" look="primary" disabled={name.trim() === '' || add.isPending}>
              Add
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
