import type { Identity } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { IdentityList } from '../people/identity-list.tsx';
import { usePeopleChange, userIdentitiesQuery } from '../people/queries.ts';

/** By whom of outside providers a user may sign in, for those who may change that. */
export function UserIdentities({ name }: { name: string }) {
  const query = useQuery(userIdentitiesQuery(name));
  const [removing, setRemoving] = useState<Identity | null>(null);
  const remove = usePeopleChange(({ id }: Identity) => api.users.removeIdentity(name, id), {
    failure: `${name} is still linked`,
    done: (_, { provider }) => `${name} signs in by ${provider} no more`,
    onDone: () => setRemoving(null),
  });
  return (
    <Section title="Signs in by">
      <QueryView query={query} what="links to providers" skeletonRows={1}>
        {(identities) => (
          <IdentityList
            identities={identities}
            action={(identity) => (
              <Button
                small
                needs="user:change"
                aria-label={`Unlink ${identity.provider}`}
                onClick={() => setRemoving(identity)}
              >
                Unlink
              </Button>
            )}
          />
        )}
      </QueryView>
      {removing === null ? null : (
        <ConfirmDialog
          title={`Unlink ${name} from ${removing.provider}?`}
          description={`All sessions of ${name} end. Whoever it is there gets an account of its own the next time.`}
          action="Unlink"
          busy={remove.isPending}
          onConfirm={() => remove.mutate(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
    </Section>
  );
}
