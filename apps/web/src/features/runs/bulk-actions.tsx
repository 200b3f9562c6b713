import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import type { BulkAction, BulkSubject } from './bulk.ts';
import { canTakeAll } from './bulk.ts';
import { BulkDialog, bulkWords } from './bulk-dialog.tsx';
import type { RunSearch } from './search.ts';

const actions = ['cancel', 'pause', 'resume', 'retry'] as const satisfies readonly BulkAction[];

/** What can be done with the marked runs or, while none is marked, with all that the filter means. */
export function BulkActions({
  search,
  marked,
  onClear,
}: {
  search: RunSearch;
  marked: ReadonlySet<string>;
  onClear: () => void;
}) {
  const [asked, setAsked] = useState<Readonly<{ action: BulkAction; subject: BulkSubject }> | null>(null);
  const subject: BulkSubject = marked.size > 0 ? { ids: [...marked] } : { search };
  const dialog =
    asked === null ? null : (
      <BulkDialog
        action={asked.action}
        subject={asked.subject}
        onClose={() => {
          setAsked(null);
          onClear();
        }}
      />
    );
  if (marked.size > 0) {
    return (
      <>
        <span role="status" className="text-soft text-sm">
          {marked.size} marked
        </span>
        {actions.map((action) => (
          <Button
            key={action}
            small
            needs="run:control"
            look={action === 'cancel' ? 'danger' : 'plain'}
            onClick={() => setAsked({ action, subject })}
          >
            {bulkWords[action].verb}
          </Button>
        ))}
        <Button small look="quiet" onClick={onClear}>
          Unmark
        </Button>
        {dialog}
      </>
    );
  }
  if (!canTakeAll(search)) return dialog;
  return (
    <>
      <Menu
        trigger={
          <Button aria-label="With all that match" needs="run:control">
            <Ellipsis aria-hidden />
            All that match
          </Button>
        }
      >
        {actions.map((action) => (
          <MenuItem key={action} danger={action === 'cancel'} onSelect={() => setAsked({ action, subject })}>
            {bulkWords[action].verb} all that match
          </MenuItem>
        ))}
      </Menu>
      {dialog}
    </>
  );
}
