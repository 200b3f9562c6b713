import type { RoleBinding } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { BadgeCheck, Plus, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { api } from '../../api/client.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { Section } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { Problem } from '../../components/problem.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { fieldClass } from '../../components/text-field.tsx';
import { WhereFields } from './grants-editor.tsx';
import { useAccounts } from './groups.tsx';
import { bindingsQuery, groupsQuery, rolesQuery, usePeopleChange } from './queries.ts';
import { whereText } from './where-text.ts';

const holderOf = ({ account, group }: RoleBinding): string => account ?? `group ${group ?? ''}`;
const keyOf = (binding: RoleBinding): string => JSON.stringify(binding);

/** Who has which role, and where. */
export function Bindings() {
  const query = useQuery(bindingsQuery);
  const [giving, setGiving] = useState(false);
  const [taken, setTaken] = useState<RoleBinding | null>(null);
  const take = usePeopleChange(
    ({ account, group, role, where }: RoleBinding) =>
      api.roleBindings.unbind({
        ...(account === null ? {} : { account }),
        ...(group === null ? {} : { group }),
        role,
        where,
      }),
    {
      failure: 'The role was not taken away',
      done: (_, binding) => `${holderOf(binding)} is no ${binding.role} any more`,
      onDone: () => setTaken(null),
    },
  );
  return (
    <Section
      title="Who has which role"
      aside={
        <Button small needs="role:change" onClick={() => setGiving(true)}>
          <Plus aria-hidden />
          Give a role
        </Button>
      }
    >
      <QueryView query={query} what="role bindings">
        {(bindings) =>
          bindings.length === 0 ? (
            <Empty icon={<BadgeCheck />} title="Nobody has a role">
              Accounts and groups may do what their roles allow, everywhere or in some places.
            </Empty>
          ) : (
            <Table label="Role bindings" rows={bindings} columns={columns(setTaken)} rowId={keyOf} />
          )
        }
      </QueryView>
      {giving ? <GiveRole onClose={() => setGiving(false)} /> : null}
      {taken === null ? null : (
        <ConfirmDialog
          title={`Take ${taken.role} from ${holderOf(taken)}?`}
          description="It counts at once."
          action="Take it away"
          busy={take.isPending}
          onConfirm={() => take.mutate(taken)}
          onClose={() => setTaken(null)}
        />
      )}
    </Section>
  );
}

const columns = (take: (binding: RoleBinding) => void): readonly Column<RoleBinding>[] => [
  {
    id: 'who',
    header: 'Who',
    cell: ({ account, group }) =>
      account === null ? (
        <>
          <span className="text-faint">group</span> <span className="font-medium">{group}</span>
        </>
      ) : (
        <span className="font-medium">{account}</span>
      ),
  },
  { id: 'role', header: 'Role', width: '12rem', cell: ({ role }) => role },
  {
    id: 'where',
    header: 'Where',
    cell: ({ where }) => whereText(where) || <span className="text-faint">everywhere</span>,
  },
  {
    id: 'do',
    header: <span className="sr-only">Take away</span>,
    width: '4rem',
    align: 'right',
    cell: (binding) => (
      <IconButton
        label={`Take ${binding.role} from ${holderOf(binding)}`}
        needs="role:change"
        className="align-middle"
        onClick={() => take(binding)}
      >
        <Trash2 />
      </IconButton>
    ),
  },
];

function GiveRole({ onClose }: { onClose: () => void }) {
  const roles = useQuery(rolesQuery).data ?? [];
  const groups = useQuery(groupsQuery).data ?? [];
  const accounts = useAccounts();
  const [kind, setKind] = useState<'account' | 'group'>('account');
  const [holder, setHolder] = useState('');
  const [role, setRole] = useState('viewer');
  const [where, setWhere] = useState<RoleBinding['where']>({});
  const id = useId();
  const give = usePeopleChange(() => api.roleBindings.bind({ [kind]: holder.trim(), role, where }), {
    done: (binding) =>
      `${holderOf(binding)} is ${binding.role}${whereText(where) === '' ? '' : ` ${whereText(where)}`}`,
    onDone: onClose,
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Give a role"
      description="Whoever gives a role needs all that it allows, wherever it will count."
      wide
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          give.mutate();
        }}
      >
        <div className="grid gap-4 sm:grid-cols-3">
          <SelectField
            label="To"
            value={kind}
            options={[
              ['account', 'a user or program'],
              ['group', 'a group'],
            ]}
            onChange={(next) => setKind(next === 'group' ? 'group' : 'account')}
          />
          <div>
            <label htmlFor={id} className="mb-1 block font-medium text-sm">
              Name
            </label>
            <input
              id={id}
              list={`${id}-names`}
              value={holder}
              onChange={(event) => setHolder(event.target.value)}
              className={fieldClass}
            />
            <datalist id={`${id}-names`}>
              {(kind === 'account' ? accounts : groups.map(({ name }) => name)).map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </div>
          <SelectField
            label="Role"
            value={role}
            options={roles.map(({ name }) => [name, name] as const)}
            onChange={setRole}
          />
        </div>
        <fieldset>
          <legend className="mb-1 font-medium text-sm">Where it counts</legend>
          <WhereFields where={where} onChange={setWhere} />
          <p className="mt-1 text-soft text-xs">Empty: everywhere. A * stands for any text.</p>
        </fieldset>
        {give.error === null ? null : <Problem>{errorText(give.error)}</Problem>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" disabled={holder.trim() === '' || give.isPending}>
            Give it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
