import { useState } from 'react';
import { api } from '../../api/client.ts';
import { TextField } from '../../components/text-field.tsx';
import { usePeopleChange } from '../people/queries.ts';
import { DirectoryFields } from '../sign-in/directory-fields.tsx';
import type { Provider } from './identities.tsx';
import { ProofDialog } from './proof-dialog.tsx';

/** Begins to link somebody at a provider: the own password, and what the provider wants to know. */
export const LinkDialog = ({ provider, onClose }: { provider: Provider; onClose: () => void }) =>
  provider.kind === 'oidc' ? (
    <LinkByPage provider={provider} onClose={onClose} />
  ) : (
    <LinkDirectory provider={provider} onClose={onClose} />
  );

/** The browser leaves, and comes back to the page of the account. */
function LinkByPage({ provider: { name, title }, onClose }: { provider: Provider; onClose: () => void }) {
  const [password, setPassword] = useState('');
  const begin = usePeopleChange(() => api.own.beginLink(name, { password }), {
    onDone: ({ go_to: goTo }) => window.location.assign(goTo),
  });
  return (
    <ProofDialog
      title={`Link ${title}`}
      description={`Your password here first; then ${title} asks who you are there.`}
      action={`Go to ${title}`}
      change={begin}
      ready={password !== ''}
      onSubmit={() => begin.mutate()}
      onClose={onClose}
    >
      <OwnPassword value={password} onChange={setPassword} />
    </ProofDialog>
  );
}

function LinkDirectory({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const [password, setPassword] = useState('');
  const [name, setName] = useState('');
  const [outside, setOutside] = useState('');
  const link = usePeopleChange(
    () => api.own.linkDirectory(provider.name, { password, name: name.trim(), directory_password: outside }),
    { done: () => `You may sign in by ${provider.title} as well`, onDone: onClose },
  );
  return (
    <ProofDialog
      title={`Link ${provider.title}`}
      description="Your password here, and who you are there."
      action="Link it"
      change={link}
      ready={password !== '' && name.trim() !== '' && outside !== ''}
      onSubmit={() => link.mutate()}
      onClose={onClose}
    >
      <OwnPassword value={password} onChange={setPassword} />
      <DirectoryFields
        title={provider.title}
        kept={false}
        name={name}
        password={outside}
        onName={setName}
        onPassword={setOutside}
      />
    </ProofDialog>
  );
}

/** The proof that it is the account's owner who sits there. */
export const OwnPassword = (field: { value: string; onChange: (next: string) => void }) => (
  <TextField label="Your password here" type="password" autoComplete="current-password" autoFocus {...field} />
);
