import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleUserRound, LogOut, UserCog } from 'lucide-react';
import { api } from '../api/client.ts';
import { storeToken } from '../api/token.ts';
import { useMe } from '../api/use-me.ts';
import { Menu, MenuItem } from './menu.tsx';
import { useErrorToast } from './toast.tsx';

/** Who is signed in, and the way out. */
export function AccountMenu() {
  const me = useMe();
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: async () => {
      storeToken(null);
      return me?.session === null ? null : (await api.sessions.signOut()).go_to;
    },
    // What was read is not for whoever comes next. A provider that somebody came by is signed out of as well.
    onSuccess: (goTo) => window.location.assign(goTo ?? '/'),
    onError: useErrorToast('You are still signed in'),
  });
  if (me === undefined) return null;
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex h-8 w-full items-center gap-2 rounded-md px-2 text-left text-sm text-soft hover:bg-hover hover:text-text"
        >
          <CircleUserRound aria-hidden className="size-4 shrink-0" />
          <span className="sr-only">Account: </span>
          <span className="truncate">{me.display_name}</span>
        </button>
      }
    >
      <MenuItem onSelect={() => void navigate({ to: '/account' })}>
        <UserCog aria-hidden />
        Your account
      </MenuItem>
      {me.kind === 'local' ? null : (
        <MenuItem onSelect={() => signOut.mutate()} disabled={signOut.isPending}>
          <LogOut aria-hidden />
          {me.session === null ? 'Forget the token' : 'Sign out'}
        </MenuItem>
      )}
    </Menu>
  );
}
