import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { parseJson } from '../../components/form/field-text.ts';
import type { JsonObject } from '../../components/form/form-field.ts';
import { isObject } from '../../components/form/form-field.ts';
import { Problem } from '../../components/problem.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { fieldClass, TextField } from '../../components/text-field.tsx';
import { useToast } from '../../components/toast.tsx';

/** Emits an event by hand: what waits for it goes on, and triggers start runs. */
export function EmitDialog({
  workspace,
  open,
  onOpenChange,
}: {
  workspace: string | undefined;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Emit an event"
      description="Runs that wait for it go on, and triggers of type event start runs."
    >
      {open ? <EmitForm given={workspace} close={() => onOpenChange(false)} /> : null}
    </Dialog>
  );
}

function EmitForm({ given, close }: { given: string | undefined; close: () => void }) {
  const workspaces = useQuery({ queryKey: ['workspaces'], queryFn: ({ signal }) => api.workspaces.list({ signal }) });
  const names = workspaces.data?.items.map(({ name }) => name) ?? [];
  const [chosen, setChosen] = useState(given);
  const [type, setType] = useState('');
  const [key, setKey] = useState('');
  const [payload, setPayload] = useState('{}');
  const [wrong, setWrong] = useState<string | null>(null);
  const payloadId = useId();
  const emit = useEmit(close);
  const workspace = chosen ?? names[0] ?? '';
  const send = () => {
    const read = parseJson(payload);
    if (!read.ok) return setWrong(read.message);
    if (!isObject(read.value)) return setWrong('Expected a JSON object.');
    setWrong(null);
    emit.mutate({
      workspace,
      type: type.trim(),
      payload: read.value,
      ...(key.trim() === '' ? {} : { key: key.trim() }),
    });
  };
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {names.length < 2 ? null : (
        <SelectField
          label="Workspace"
          value={workspace}
          options={names.map((name) => [name, name] as const)}
          onChange={setChosen}
        />
      )}
      <TextField label="Type" placeholder="order.paid" value={type} onChange={setType} autoFocus />
      <TextField
        label="Key"
        hint="Optional. The workspace has one event for each key: sending it again gives the first one."
        value={key}
        onChange={setKey}
      />
      <div>
        <label htmlFor={payloadId} className="mb-1 block font-medium text-sm">
          Payload
        </label>
        <textarea
          id={payloadId}
          rows={6}
          spellCheck={false}
          value={payload}
          aria-invalid={wrong === null ? undefined : true}
          onChange={(event) => setPayload(event.target.value)}
          className={`${fieldClass} h-auto! py-1.5 font-mono text-xs!`}
        />
      </div>
      {wrong === null && emit.error === null ? null : <Problem>{wrong ?? errorText(emit.error)}</Problem>}
      <div className="flex justify-end gap-2">
        <Button onClick={close}>Cancel</Button>
        <Button type="submit" look="primary" disabled={type.trim() === '' || workspace === '' || emit.isPending}>
          Emit
        </Button>
      </div>
    </form>
  );
}

type Emission = Readonly<{ workspace: string; type: string; payload: JsonObject; key?: string }>;

function useEmit(close: () => void) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  return useMutation({
    mutationFn: (emission: Emission) => api.events.emit(emission),
    onSuccess: ({ event, created }) => {
      void queries.invalidateQueries({ queryKey: ['events'] });
      toast({
        text: created ? `Event ${event.id} is emitted` : `Event ${event.id} has this key already`,
        action: { label: 'Show it', run: () => void navigate({ to: '/events/$event', params: { event: event.id } }) },
      });
      close();
    },
  });
}
