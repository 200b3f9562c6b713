import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';

type Leaving = Readonly<{
  status: 'idle' | 'blocked';
  proceed?: (() => void) | undefined;
  reset?: (() => void) | undefined;
}>;

/** Asks before somebody leaves what is not saved. */
export const LeaveDialog = ({ leaving }: { leaving: Leaving }) => (
  <Dialog
    open={leaving.status === 'blocked'}
    onOpenChange={() => leaving.reset?.()}
    title="Leave without saving?"
    description="The changes stay in this browser: they are there when you open the file again."
  >
    <div className="flex justify-end gap-2">
      <Button onClick={() => leaving.proceed?.()}>Leave</Button>
      <Button look="primary" onClick={() => leaving.reset?.()}>
        Stay
      </Button>
    </div>
  </Dialog>
);
