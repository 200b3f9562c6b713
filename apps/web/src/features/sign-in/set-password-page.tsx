import { useMutation } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button, buttonClass } from '../../components/button.tsx';
import { errorText } from '../../components/error-text.ts';
import { Problem } from '../../components/problem.tsx';
import { NewPassword } from './new-password.tsx';
import { WayFrame } from './way-frame.tsx';

/** `/set-password#TOKEN`: sets the password of the user for whom an administrator made the link. */
export function SetPasswordPage() {
  const token = useLocation({ select: (location) => location.hash });
  const [passwords, setPasswords] = useState({ password: '', again: '' });
  const set = useMutation({
    mutationFn: () => api.users.setPassword({ token, password: passwords.password }),
    gcTime: 0,
  });
  const fits = passwords.password !== '' && passwords.password === passwords.again;
  return (
    <WayFrame heading={<h1 className="font-semibold text-xl">Set your password</h1>}>
      {token === '' ? (
        <Problem>The link is not whole: ask whoever gave it to you for all of it.</Problem>
      ) : set.isSuccess ? (
        <>
          <p role="status" className="text-sm">
            The password of {set.data.user} is set.
          </p>
          <Link to="/" className={`${buttonClass('primary')} w-full`}>
            Sign in
          </Link>
        </>
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            set.mutate();
          }}
        >
          <p className="text-soft text-sm">The link works once. Whoever was signed in under this name is signed out.</p>
          <NewPassword {...passwords} onChange={setPasswords} />
          {set.error === null ? null : <Problem>{errorText(set.error)}</Problem>}
          <Button type="submit" look="primary" className="w-full" disabled={!fits || set.isPending}>
            Set the password
          </Button>
        </form>
      )}
    </WayFrame>
  );
}
