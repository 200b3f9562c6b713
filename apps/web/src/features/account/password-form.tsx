import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { errorText } from '../../components/error-text.ts';
import { Problem } from '../../components/problem.tsx';
import { TextField } from '../../components/text-field.tsx';
import { usePeopleChange } from '../people/queries.ts';
import { NewPassword } from '../sign-in/new-password.tsx';

/** Changes the own password. All sessions end by it, so the next thing is to sign in. */
export function PasswordForm() {
  const [old, setOld] = useState('');
  const [passwords, setPasswords] = useState({ password: '', again: '' });
  const change = usePeopleChange(() => api.own.changePassword({ old_password: old, password: passwords.password }), {
    done: () => 'Your password is changed: sign in with the new one',
    onDone: () => {
      setOld('');
      setPasswords({ password: '', again: '' });
    },
  });
  const fits = old !== '' && passwords.password !== '' && passwords.password === passwords.again;
  return (
    <form
      className="max-w-md space-y-4 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate();
      }}
    >
      <TextField
        label="Password until now"
        type="password"
        autoComplete="current-password"
        value={old}
        onChange={setOld}
      />
      <NewPassword {...passwords} onChange={setPasswords} />
      {change.error === null ? null : <Problem>{errorText(change.error)}</Problem>}
      <Button type="submit" look="primary" disabled={!fits || change.isPending}>
        Change the password
      </Button>
    </form>
  );
}
