import type { ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { Problem } from '../../components/problem.tsx';

/** Something about one's own account that asks for a proof first. `children`: the fields. */
export const ProofDialog = ({
  title,
  description,
  action,
  change,
  ready,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  description: string;
  /** What the button says. */
  action: string;
  change: Readonly<{ error: unknown; isPending: boolean }>;
  ready: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
}) => (
  <Dialog open onOpenChange={(open) => (open ? undefined : onClose())} title={title} description={description}>
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      {change.error === null ? null : <Problem>{errorText(change.error)}</Problem>}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Not now</Button>
        <Button type="submit" look="primary" disabled={!ready || change.isPending}>
          {action}
        </Button>
      </div>
    </form>
  </Dialog>
);
