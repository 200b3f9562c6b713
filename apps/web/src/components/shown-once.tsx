import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { CommandLine } from './code-view.tsx';

/** A key or a link that nobody is shown again, until somebody says that he has it. */
export const ShownOnce = ({ text, onDone, children }: { text: string; onDone: () => void; children: ReactNode }) => (
  <div className="space-y-3 text-sm">
    <p role="status" className="flex gap-2 rounded-md bg-wait-ground px-3 py-2 text-wait">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>It is shown now and never again.</span>
    </p>
    <CommandLine text={text} />
    <div className="text-soft">{children}</div>
    <DoneButton onDone={onDone} />
  </div>
);

/** Ends a dialog in which there is nothing left to do. */
export const DoneButton = ({ onDone }: { onDone: () => void }) => (
  <div className="flex justify-end">
    <Button look="primary" onClick={onDone}>
      Done
    </Button>
  </div>
);
