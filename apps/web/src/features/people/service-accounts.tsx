import type { ServiceAccount } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Bot, Ellipsis, Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useMay } from '../../api/use-me.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { Mark } from '../../components/mark.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { TextField } from '../../components/text-field.tsx';
import { heldColumns } from './held-columns.tsx';
import { serviceAccountsQuery, usePeopleChange } from './queries.ts';

/** Programs that act for themselves. */
export function ServiceAccounts() {
  const query = useQuery(serviceAccountsQuery);
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title="Service accounts"
      aside={
        <Button small needs="user:change" onClick={() => setAdding(true)}>
          <Plus aria-hidden />
          Add a service account
        </Button>
      }
    >
      <QueryView query={query} what="service accounts">
        {(accounts) =>
          accounts.length === 0 ? (
            <Empty icon={<Bot />} title="No service account yet">
              An account for a program: it has roles and API keys, and no password.
            </Empty>
          ) : (
            <Table label="Service accounts" rows={accounts} columns={columns} rowId={({ name }) => name} />
          )
        }
      </QueryView>
      {adding ? <AddServiceAccount onClose={() => setAdding(false)} /> : null}
    </Section>
  );
}

const columns: readonly Column<ServiceAccount>[] = [
  {
    id: 'name',
    header: 'Account',
    cell: ({ name, display_name, disabled }) => (
      <span className="inline-flex items-center gap-2 align-middle">
        <span className="font-medium">{name}</span>
        {display_name === name ? null : <span className="text-soft">{display_name}</span>}
        {disabled ? <Mark tone="bad">disabled</Mark> : null}
      </span>
    ),
  },
  ...heldColumns,
  {
    id: 'do',
    header: <span className="sr-only">Change</span>,
    width: '4rem',
    align: 'right',
    cell: (account) => <Actions account={account} />,
  },
];

function Actions({ account: { name, disabled } }: { account: ServiceAccount }) {
  const [removing, setRemoving] = useState(false);
  const may = useMay('user:change');
  const turn = usePeopleChange(
    () => (disabled ? api.serviceAccounts.enable(name) : api.serviceAccounts.disable(name)),
    { failure: `${name} was not changed`, done: () => `${name} is ${disabled ? 'enabled' : 'disabled'}` },
  );
  const remove = usePeopleChange(() => api.serviceAccounts.remove(name), {
    failure: `${name} was not removed`,
    done: () => `${name} is removed`,
    onDone: () => setRemoving(false),
  });
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`Change ${name}`} needs="user:change">
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem disabled={!may} onSelect={() => turn.mutate()}>
          {disabled ? 'Enable' : 'Disable'}
        </MenuItem>
        <MenuItem disabled={!may} danger onSelect={() => setRemoving(true)}>
          Remove
        </MenuItem>
      </Menu>
      {removing ? (
        <ConfirmDialog
          title={`Remove ${name}?`}
          description="Its API keys open nothing any more; its roles and memberships go with it."
          action="Remove it"
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setRemoving(false)}
        />
      ) : null}
    </>
  );
}

function AddServiceAccount({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const add = usePeopleChange(
    () =>
      api.serviceAccounts.create({
        name: name.trim(),
        ...(displayName.trim() === '' ? {} : { display_name: displayName.trim() }),
      }),
    { done: (account) => `${account.name} is added`, onDone: onClose },
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Add a service account"
      description="Give it a role and an API key afterwards."
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <TextField label="Name" value={name} onChange={setName} autoFocus spellCheck={false} />
        <TextField label="Name to be shown" hint="optional" value={displayName} onChange={setDisplayName} />
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
    </Dialog>
  );
}
