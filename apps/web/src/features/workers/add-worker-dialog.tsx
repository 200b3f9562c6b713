import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { CheckField } from '../../components/check-field.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { Problem } from '../../components/problem.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { TextField } from '../../components/text-field.tsx';
import { useJoiningChange } from './queries.ts';

const hourMs = 3_600_000;
const lives = [
  ['1', 'an hour'],
  ['24', 'a day'],
  ['720', '30 days'],
  ['', 'it does not expire'],
] as const;
const uses = [
  ['1', 'one worker'],
  ['10', '10 workers'],
  ['100', '100 workers'],
  ['', 'any number'],
] as const;

const namesIn = (text: string): string[] | null => {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 0 ? null : names;
};

/** Makes a token with which a worker joins, and shows the command that starts one, once. */
export function AddWorkerDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [hours, setHours] = useState('1');
  const [most, setMost] = useState('1');
  const [bound, setBound] = useState(false);
  const [workspaces, setWorkspaces] = useState('');
  const [queues, setQueues] = useState('');
  const [labels, setLabels] = useState('');
  const made = useJoiningChange(() =>
    api.joinTokens.create({
      name: name.trim(),
      bounds: bound
        ? { workspaces: namesIn(workspaces), queues: namesIn(queues), labels: namesIn(labels) }
        : { workspaces: null, queues: null, labels: null },
      life_ms: hours === '' ? null : Number(hours) * hourMs,
      most_uses: most === '' ? null : Number(most),
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={made.isSuccess ? 'Start the worker' : 'Add a worker'}
      wide={made.isSuccess}
      {...(made.isSuccess
        ? {}
        : { description: 'A worker shows a join token once. From then on it has a token of its own.' })}
    >
      {made.isSuccess ? (
        <ShownOnce text={commandOf(made.data.token, made.data.join_token.bounds)} onDone={onClose}>
          Run it on the machine that shall execute steps. When the worker starts again it goes on with the token in its
          file, and needs <code>--join-token</code> no more.
        </ShownOnce>
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            made.mutate();
          }}
        >
          <TextField label="What it is for" value={name} onChange={setName} autoFocus />
          <div className="grid gap-4 sm:grid-cols-2">
            <SelectField label="Expires after" value={hours} options={lives} onChange={setHours} />
            <SelectField label="Lets in" value={most} options={uses} onChange={setMost} />
          </div>
          <CheckField label="they may serve a part of the work only" checked={bound} onChange={setBound} />
          {bound ? (
            <div className="space-y-4">
              <TextField label="Workspaces" value={workspaces} onChange={setWorkspaces} hint="Empty: all of them." />
              <TextField label="Queues" value={queues} onChange={setQueues} hint="Empty: all of them." />
              <TextField
                label="Labels"
                value={labels}
                onChange={setLabels}
                hint="They count as having these and no others. Empty: whichever they say."
              />
              <p className="text-soft text-xs">
                Names are separated by commas. The server sees to it, whatever a worker says.
              </p>
            </div>
          ) : null}
          {made.error === null ? null : <Problem>{errorText(made.error)}</Problem>}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Not now</Button>
            <Button type="submit" look="primary" disabled={name.trim() === '' || made.isPending}>
              Make the command
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

/** A worker takes the default queue only, unless it is told to: one that may not serve that would get nothing. */
function commandOf(token: string, { queues }: Readonly<{ queues: readonly string[] | null }>): string {
  const more = queues === null ? '' : ` --queues ${queues.join(',')}`;
  return `millrace work --server ${window.location.origin} --join-token ${token}${more}`;
}
