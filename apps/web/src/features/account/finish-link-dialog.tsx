import { api } from '../../api/client.ts';
import { usePeopleChange } from '../people/queries.ts';
import { ProofDialog } from './proof-dialog.tsx';

/** A provider has made sure of somebody: the last yes. It is asked for, so that no address links anything by being opened. */
export function FinishLinkDialog({
  provider,
  title,
  came,
  onClose,
}: {
  provider: string;
  title: string;
  came: string;
  onClose: () => void;
}) {
  const finish = usePeopleChange(() => api.own.finishLink(provider, { came }), {
    done: () => `You may sign in by ${title} as well`,
    onDone: onClose,
  });
  return (
    <ProofDialog
      title={`Link ${title}`}
      description={`Whoever has just signed in at ${title} in this browser may sign in to your account from now on.`}
      action="Link it"
      change={finish}
      ready={!finish.isError}
      onSubmit={() => finish.mutate()}
      onClose={onClose}
    />
  );
}
