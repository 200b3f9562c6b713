import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/text-field.tsx';

/** Asks for the path of a file. The server refuses what may not be; what is plainly wrong is said at once. */
export function PathDialog({
  open,
  onOpenChange,
  title,
  action,
  initial,
  taken,
  onChoose,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  action: string;
  initial: string;
  taken: readonly string[];
  onChoose: (path: string) => void;
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title}>
      <PathForm action={action} initial={initial} taken={taken} onChoose={onChoose} />
    </Dialog>
  );
}

function PathForm({
  action,
  initial,
  taken,
  onChoose,
}: {
  action: string;
  initial: string;
  taken: readonly string[];
  onChoose: (path: string) => void;
}) {
  const [path, setPath] = useState(initial);
  const problem = problemOf(path, taken);
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === null) onChoose(path);
      }}
    >
      <TextField
        label="Path from the workspace's folder"
        value={path}
        onChange={setPath}
        autoFocus
        spellCheck={false}
        error={path === initial ? null : problem}
        hint="Below .workflows, with .yaml or .yml at its end."
      />
      <div className="flex justify-end">
        <Button type="submit" look="primary" disabled={problem !== null}>
          {action}
        </Button>
      </div>
    </form>
  );
}

function problemOf(path: string, taken: readonly string[]): string | null {
  if (taken.includes(path)) return 'There is a file of that name.';
  if (!path.startsWith('.workflows/')) return 'Definitions stand below .workflows/.';
  if (!/[^/]\.ya?ml$/i.test(path)) return 'It has to end in .yaml or .yml.';
  return /\.test\.ya?ml$/i.test(path) ? 'Tests of workflows are not edited here.' : null;
}
