import type { Answer, Routes } from '@millrace/api';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { storeToken } from '../../api/token.ts';
import { Button } from '../../components/button.tsx';
import { errorText } from '../../components/error-text.ts';
import { Problem } from '../../components/problem.tsx';
import { DirectoryFields } from './directory-fields.tsx';
import { useSignedIn } from './use-signed-in.ts';

type Provider = Answer<Routes['getSignIn']>['providers'][number];

/** The ways in that lead over somebody outside, in the order of the server's configuration. */
export function ProviderWays({ providers }: { providers: readonly Provider[] }) {
  if (providers.length === 0) return null;
  return (
    <div className="space-y-3 border-t pt-4">
      {providers.map((provider) =>
        provider.kind === 'oidc' ? (
          <OidcWay key={provider.name} provider={provider} />
        ) : (
          <DirectoryWay key={provider.name} provider={provider} />
        ),
      )}
    </div>
  );
}

/** The browser leaves this page, and comes back to it signed in. */
function OidcWay({ provider: { name, title } }: { provider: Provider }) {
  const leave = () => {
    const here = new URL(window.location.href);
    here.searchParams.delete('sign_in_error');
    here.searchParams.delete('provider');
    const back = here.pathname + here.search + here.hash;
    storeToken(null);
    window.location.assign(`/api/v1/sign-in/oidc/${encodeURIComponent(name)}?return_to=${encodeURIComponent(back)}`);
  };
  return (
    <Button className="w-full" onClick={leave}>
      Sign in with {title}
    </Button>
  );
}

function DirectoryWay({ provider }: { provider: Provider }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => api.sessions.signInByDirectory(provider.name, { name, password }),
    onSuccess: useSignedIn(),
    gcTime: 0,
  });
  return (
    <details className="text-sm">
      <summary className="mb-3 cursor-pointer text-soft hover:text-text">Sign in with {provider.title}</summary>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <DirectoryFields
          title={provider.title}
          kept
          name={name}
          password={password}
          onName={setName}
          onPassword={setPassword}
        />
        {signIn.error === null ? null : <Problem>{errorText(signIn.error)}</Problem>}
        <Button type="submit" className="w-full" disabled={name === '' || password === '' || signIn.isPending}>
          Sign in
        </Button>
      </form>
    </details>
  );
}
