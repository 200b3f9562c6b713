import { useState } from 'react';
import { Dialog } from './dialog.tsx';
import { Kbd } from './kbd.tsx';
import { currentShortcuts, useShortcut } from './shortcuts.ts';

/** `?`: which keys do something on this page. */
export function HelpOverlay() {
  const [open, setOpen] = useState(false);
  useShortcut({ keys: '?', label: 'Show this help', group: 'Everywhere' }, () => setOpen(true));
  return (
    <Dialog open={open} onOpenChange={setOpen} title="Keyboard">
      {open ? <Groups /> : null}
    </Dialog>
  );
}

function Groups() {
  const shortcuts = currentShortcuts();
  return (
    <div className="space-y-4">
      {(['This page', 'Lists', 'Everywhere'] as const).map((group) => {
        const own = shortcuts.filter((shortcut) => shortcut.group === group);
        return own.length === 0 ? null : (
          <section key={group}>
            <h3 className="mb-1 font-medium text-faint text-xs">{group}</h3>
            <dl className="divide-y">
              {own.map(({ keys, label }) => (
                <div key={keys} className="flex items-center justify-between gap-4 py-1.5 text-sm">
                  <dt>{label}</dt>
                  <dd>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        );
      })}
    </div>
  );
}
