import type { Identity } from '@millrace/api';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { usePeopleChange } from '../people/queries.ts';
import { OwnPassword } from './link-dialog.tsx';
import { ProofDialog } from './proof-dialog.tsx';

export function UnlinkDialog({ identity, title, onClose }: { identity: Identity; title: string; onClose: () => void }) {
  const [password, setPassword] = useState('');
  const unlink = usePeopleChange(() => api.own.unlink(identity.id, { password }), {
    done: () => `You sign in by ${title} no more`,
    onDone: onClose,
  });
  return (
    <ProofDialog
      title={`Unlink ${title}?`}
      description="Your other sessions end. You sign in with your password here from then on."
      action="Unlink it"
      change={unlink}
      ready={password !== ''}
      onSubmit={() => unlink.mutate()}
      onClose={onClose}
    >
      <OwnPassword value={password} onChange={setPassword} />
    </ProofDialog>
  );
}
