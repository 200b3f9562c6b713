import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { signedIn } from '../../api/session.ts';
import { Button } from '../../components/button.tsx';
import { errorText } from '../../components/error-text.ts';
import { Problem } from '../../components/problem.tsx';
import { TextField } from '../../components/text-field.tsx';
import { NewPassword } from './new-password.tsx';
import { WayFrame } from './way-frame.tsx';

/** `/set-up#token=…`: whoever has the link of the server's output becomes its first administrator. */
export function SetUpPage() {
  const hash = useLocation({ select: (location) => location.hash });
  const token = new URLSearchParams(hash).get('token') ?? '';
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [passwords, setPasswords] = useState({ password: '', again: '' });
  const finish = useMutation({
    mutationFn: () =>
      api.sessions.setUp({
        token,
        name,
        password: passwords.password,
        ...(displayName.trim() === '' ? {} : { display_name: displayName.trim() }),
      }),
    onSuccess: async () => {
      signedIn();
      await navigate({ to: '/', replace: true });
      void queries.invalidateQueries();
    },
    gcTime: 0,
  });
  const fits = name !== '' && passwords.password !== '' && passwords.password === passwords.again;
  return (
    <WayFrame heading={<h1 className="font-semibold text-xl">Become the first administrator</h1>}>
      {token === '' ? (
        <Problem>The link is not whole: it has to end in #token=… as the server wrote it into its output.</Problem>
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            finish.mutate();
          }}
        >
          <p className="text-soft text-sm">The link works once. Afterwards this account lets others in.</p>
          <TextField
            label="Name"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            value={name}
            onChange={setName}
          />
          <TextField
            label="Name to be shown"
            hint="optional: Ada Lovelace"
            autoComplete="name"
            value={displayName}
            onChange={setDisplayName}
          />
          <NewPassword {...passwords} onChange={setPasswords} />
          {finish.error === null ? null : <Problem>{errorText(finish.error)}</Problem>}
          <Button type="submit" look="primary" className="w-full" disabled={!fits || finish.isPending}>
            Become administrator
          </Button>
        </form>
      )}
    </WayFrame>
  );
}
