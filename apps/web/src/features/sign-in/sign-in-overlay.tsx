import { Dialog } from 'radix-ui';
import { useSyncExternalStore } from 'react';
import { isSignInAsked, onSignInChange } from '../../api/session.ts';
import { SignInForm } from './sign-in-form.tsx';
import { WayFrame } from './way-frame.tsx';

/** Comes over whatever is shown when the server does not know who looks; the page below stays as it is. */
export function SignInOverlay() {
  const isAsked = useSyncExternalStore(onSignInChange, isSignInAsked);
  return (
    <Dialog.Root open={isAsked}>
      <Dialog.Portal>
        <Dialog.Content
          aria-describedby={undefined}
          onEscapeKeyDown={(event) => event.preventDefault()}
          className="fixed inset-0 z-[70] overflow-y-auto bg-ground outline-none"
        >
          <WayFrame heading={<Dialog.Title className="font-semibold text-xl">Sign in to Millrace</Dialog.Title>}>
            <SignInForm />
          </WayFrame>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
