import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { signInProblem } from '../../api/session.ts';
import { readToken, storeToken } from '../../api/token.ts';
import { Button } from '../../components/button.tsx';
import { errorText } from '../../components/error-text.ts';
import { Problem } from '../../components/problem.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { TextField } from '../../components/text-field.tsx';
import { ProviderWays } from './provider-ways.tsx';
import { useSignedIn } from './use-signed-in.ts';

/** The ways into this server that are set up, and no others. */
export function SignInForm() {
  const ways = useQuery({ queryKey: ['sign-in'], queryFn: ({ signal }) => api.sessions.ways({ signal }) });
  return (
    <QueryView query={ways} what="ways to sign in" skeletonRows={3}>
      {({ password, providers, set_up_needed: needed }) => (
        <div className="space-y-5">
          {signInProblem === null ? null : <Problem>{signInProblem}</Problem>}
          {needed ? (
            <p role="note" className="rounded-md bg-wait-ground px-3 py-2 text-sm text-wait">
              This server has no administrator yet. When it started, it wrote a link into its output: whoever opens it
              becomes the first one.
            </p>
          ) : null}
          {password ? <PasswordForm /> : null}
          <ProviderWays providers={providers} />
          <TokenForm only={!password && providers.length === 0} />
        </div>
      )}
    </QueryView>
  );
}

function PasswordForm() {
  const done = useSignedIn();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => api.sessions.signIn({ name, password }),
    onSuccess: done,
    gcTime: 0,
  });
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate();
      }}
    >
      <TextField
        label="Name"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        value={name}
        onChange={setName}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      {signIn.error === null ? null : <Problem>{errorText(signIn.error)}</Problem>}
      <Button
        type="submit"
        look="primary"
        className="w-full"
        disabled={name === '' || password === '' || signIn.isPending}
      >
        Sign in
      </Button>
    </form>
  );
}

/** For those who have a token or a key instead of an account. It is kept until the tab is closed. */
function TokenForm({ only }: { only: boolean }) {
  const [token, setToken] = useState('');
  const given = readToken();
  const form = (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        storeToken(token);
        window.location.reload();
      }}
    >
      {given === null ? null : <Problem>The token or key that was given is not good.</Problem>}
      <TextField
        label="API token"
        type="password"
        autoComplete="off"
        hint="The server's own, which was given by --token or MILLRACE_TOKEN, or an API key."
        value={token}
        onChange={setToken}
      />
      <Button type="submit" look={only ? 'primary' : 'plain'} className="w-full" disabled={token === ''}>
        Go on
      </Button>
    </form>
  );
  if (only) return form;
  return (
    <details open={given !== null} className="border-t pt-4 text-sm">
      <summary className="mb-3 cursor-pointer text-soft hover:text-text">With an API token or key</summary>
      {form}
    </details>
  );
}
