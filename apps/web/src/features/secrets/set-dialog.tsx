import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { api } from '../../api/client.ts';
import { by } from '../../app/my-name.ts';
import { Button } from '../../components/button.tsx';
import { CheckField } from '../../components/check-field.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { Problem } from '../../components/problem.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { fieldClass, TextField } from '../../components/text-field.tsx';
import { useToast } from '../../components/toast.tsx';
import type { Asked } from './page.tsx';

/** Takes a value and gives it to the server. It is in this page while one writes it, and nowhere afterwards. */
export function SetDialog({
  workspaces,
  asked,
  onClose,
}: {
  workspaces: readonly string[];
  asked: Extract<Asked, { what: 'set' }>;
  onClose: () => void;
}) {
  const [workspace, setWorkspace] = useState(asked.workspace);
  const [name, setName] = useState(asked.name ?? '');
  const [value, setValue] = useState('');
  const [long, setLong] = useState(false);
  const queries = useQueryClient();
  const toast = useToast();
  const set = useMutation({
    mutationFn: () => api.secrets.set(workspace, name, { value, ...by() }),
    onSuccess: ({ from, source }) => {
      void queries.invalidateQueries({ queryKey: ['secrets'] });
      toast(
        from === 'store'
          ? { text: `Secret ${name} is set`, detail: 'Attempts that begin from now on get it.' }
          : {
              text: `Secret ${name} is stored`,
              detail: `It does not count yet: ${source ?? from ?? 'another place'} comes first.`,
            },
      );
      onClose();
    },
    // What was typed is not kept with the mutation.
    gcTime: 0,
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={asked.name === null ? 'Set a secret' : `Set ${asked.name}`}
      description="It is sealed before it is stored. Nobody is shown it again; what takes its place is set like this too."
    >
      <form
        className="space-y-4"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate();
        }}
      >
        {asked.name === null ? (
          <>
            {workspaces.length > 1 ? (
              <SelectField
                label="Workspace"
                value={workspace}
                options={workspaces.map((one) => [one, one] as const)}
                onChange={setWorkspace}
              />
            ) : null}
            <TextField
              label="Name"
              hint={`Workflows read it as {{ secrets.${name || 'NAME'} }}.`}
              value={name}
              onChange={setName}
              autoFocus
              spellCheck={false}
            />
          </>
        ) : null}
        <ValueField long={long} value={value} onChange={setValue} />
        <CheckField label="several lines, shown while I write them" checked={long} onChange={setLong} />
        {set.error === null ? null : <Problem>{errorText(set.error)}</Problem>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" disabled={name === '' || value === '' || set.isPending}>
            Set
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A line that shows dots, or a text. Browsers are asked to keep neither. */
function ValueField({ long, value, onChange }: { long: boolean; value: string; onChange: (value: string) => void }) {
  const id = useId();
  if (!long) {
    return (
      <TextField
        label="Value"
        type="password"
        autoComplete="new-password"
        hint="From 4 characters to 64 KiB. A JSON object has fields: {{ secrets.NAME.field }}."
        value={value}
        onChange={onChange}
      />
    );
  }
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        Value
      </label>
      <textarea
        id={id}
        rows={6}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={`${fieldClass} h-auto! py-1.5 font-mono text-xs!`}
      />
    </div>
  );
}
