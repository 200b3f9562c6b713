import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

/** Asks before something that cannot be taken back. */
export const ConfirmDialog = ({
  title,
  description,
  action,
  busy,
  onConfirm,
  onClose,
}: {
  title: string;
  description: ReactNode;
  action: string;
  busy: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) => (
  <Dialog open onOpenChange={(open) => (open ? undefined : onClose())} title={title} description={description}>
    <div className="flex justify-end gap-2">
      <Button onClick={onClose}>Not now</Button>
      <Button look="danger" disabled={busy} onClick={onConfirm}>
        {action}
      </Button>
    </div>
  </Dialog>
);
