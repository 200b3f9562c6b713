import type { User } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useMe } from '../../api/use-me.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { countText } from '../../components/count-text.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { usePeopleChange, userQuery, userSessionsQuery } from '../people/queries.ts';
import { SessionList } from '../people/session-list.tsx';
import { whereText } from '../people/where-text.ts';
import { EditDialog } from './edit-dialog.tsx';
import { UserIdentities } from './identities.tsx';

/** One user: how to be reached, what may be done, where signed in. */
export function UserPage() {
  const { user: name } = useParams({ from: '/people/users/$user' });
  const query = useQuery(userQuery(name));
  const sessions = useQuery(userSessionsQuery(name));
  const end = usePeopleChange(() => api.users.signOut(name), {
    failure: `${name} is still signed in`,
    done: ({ ended }) => `${countText(ended, 'session has', 'sessions have')} ended`,
  });
  return (
    <Page
      title={name}
      {...(query.data === undefined ? {} : { heading: <Heading user={query.data} /> })}
      actions={query.data === undefined ? undefined : <Actions user={query.data} />}
    >
      <QueryView query={query} what="user">
        {({ groups, roles }) => (
          <>
            <Section title="Roles">
              {roles.length === 0 ? (
                <p className="p-4 text-soft text-sm">
                  None: {name} may do nothing yet.{' '}
                  <Link to="/people" search={{ view: 'bindings' }} className="text-accent underline">
                    Give a role
                  </Link>
                  .
                </p>
              ) : (
                <ul className="divide-y">
                  {roles.map((binding) => (
                    <li key={JSON.stringify(binding)} className="flex gap-3 px-4 py-2 text-sm">
                      <span className="font-medium">{binding.role}</span>
                      <span className="text-soft">{whereText(binding.where) || 'everywhere'}</span>
                      {binding.group === null ? null : (
                        <span className="ml-auto text-faint">by the group {binding.group}</span>
                      )}
                    </li>
                  ))}
                </ul>
              )}
            </Section>
            <Section title="Groups">
              <p className="p-4 text-sm">
                {groups.length === 0 ? <span className="text-soft">None.</span> : groups.join(', ')}
              </p>
            </Section>
            <UserIdentities name={name} />
            <Section
              title="Signed in"
              aside={
                <Button
                  small
                  needs="user:change"
                  disabled={(sessions.data?.length ?? 0) === 0 || end.isPending}
                  onClick={() => end.mutate()}
                >
                  Sign out everywhere
                </Button>
              }
            >
              <QueryView query={sessions} what="sessions" skeletonRows={2}>
                {(list) => <SessionList sessions={list} />}
              </QueryView>
            </Section>
          </>
        )}
      </QueryView>
    </Page>
  );
}

function Heading({ user }: { user: User }) {
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="font-semibold text-xl">{user.display_name}</h1>
        {user.disabled ? <Mark tone="bad">disabled</Mark> : null}
        {user.locked_until === null ? null : (
          <Mark tone="wait">
            locked, until&nbsp;
            <RelativeTime at={user.locked_until} />
          </Mark>
        )}
      </div>
      <Facts>
        <Fact name="Name">{user.name}</Fact>
        {user.email === null ? null : (
          <Fact name="Email">
            <a href={`mailto:${user.email}`} className={linkClass}>
              {user.email}
            </a>
          </Fact>
        )}
        <Fact name="Signed in">{user.signed_in_at === null ? 'never' : <RelativeTime at={user.signed_in_at} />}</Fact>
        <Fact name="Password">{user.has_password ? 'set' : 'none yet'}</Fact>
        <Fact name="Added">
          <RelativeTime at={user.created_at} /> by {user.created_by}
        </Fact>
      </Facts>
    </div>
  );
}

function Actions({ user }: { user: User }) {
  const { name, disabled, locked_until } = user;
  const navigate = useNavigate();
  const me = useMe();
  const [removing, setRemoving] = useState(false);
  const [editing, setEditing] = useState(false);
  const failure = `${name} was not changed`;
  const turn = usePeopleChange(() => (disabled ? api.users.enable(name) : api.users.disable(name)), {
    failure,
    done: () => `${name} is ${disabled ? 'enabled' : 'disabled'}`,
  });
  const unlock = usePeopleChange(() => api.users.unlock(name), { failure, done: () => `${name} may try again` });
  const reset = usePeopleChange(() => api.users.resetPassword(name), { failure });
  const remove = usePeopleChange(() => api.users.remove(name), {
    failure: `${name} was not removed`,
    done: () => `${name} is removed`,
    onDone: () => void navigate({ to: '/people' }),
  });
  const mine = me?.account === name ? 'That is you.' : undefined;
  return (
    <>
      {locked_until === null ? null : (
        <Button needs="user:change" disabled={unlock.isPending} onClick={() => unlock.mutate()}>
          Unlock
        </Button>
      )}
      <Button needs="user:change" onClick={() => setEditing(true)}>
        Edit
      </Button>
      <Button needs="user:change" disabled={reset.isPending} onClick={() => reset.mutate()}>
        Reset the password
      </Button>
      <Button
        needs="user:change"
        disabled={turn.isPending || mine !== undefined}
        title={mine}
        onClick={() => turn.mutate()}
      >
        {disabled ? 'Enable' : 'Disable'}
      </Button>
      <Button
        look="danger"
        needs="user:change"
        disabled={mine !== undefined}
        title={mine}
        onClick={() => setRemoving(true)}
      >
        Remove
      </Button>
      {reset.isSuccess ? (
        <Dialog
          open
          onOpenChange={() => reset.reset()}
          title="A link for a new password"
          description="It works once, within a day. Until then the old password is good."
        >
          <ShownOnce text={`${window.location.origin}${reset.data.path}`} onDone={() => reset.reset()}>
            Give it to {name} and to nobody else.
          </ShownOnce>
        </Dialog>
      ) : null}
      {editing ? <EditDialog user={user} onClose={() => setEditing(false)} /> : null}
      {removing ? (
        <ConfirmDialog
          title={`Remove ${name}?`}
          description="Sessions, API keys, roles and memberships go. What was done stays told in runs, approvals and the audit log."
          action="Remove the user"
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setRemoving(false)}
        />
      ) : null}
    </>
  );
}
