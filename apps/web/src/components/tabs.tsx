import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export type Tab = Readonly<{ id: string; label: ReactNode; content: () => ReactNode }>;

/** Tabs whose content is made when they are looked at. A value that is none of them means the first. */
export function Tabs({
  label,
  value,
  onChange,
  tabs,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string) => void;
  tabs: readonly Tab[];
}) {
  const chosen = tabs.find(({ id }) => id === value) ?? tabs[0];
  return (
    <Radix.Root
      value={chosen?.id ?? ''}
      onValueChange={onChange}
      activationMode="manual"
      className="flex min-h-0 flex-col"
    >
      <Radix.List aria-label={label} className="flex shrink-0 gap-1 overflow-x-auto border-b px-2">
        {tabs.map(({ id, label: text }) => (
          <Radix.Trigger
            key={id}
            value={id}
            className="focus-row -mb-px flex h-9 items-center gap-1.5 whitespace-nowrap border-transparent border-b-2 px-2 font-medium text-sm text-soft hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
          >
            {text}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {chosen === undefined ? null : (
        <Radix.Content key={chosen.id} value={chosen.id} className="min-h-0 flex-1 outline-none">
          {chosen.content()}
        </Radix.Content>
      )}
    </Radix.Root>
  );
}

export const Count = ({ children }: { children: ReactNode }) => (
  <span className="rounded-sm bg-idle-ground px-1 text-soft text-xs">{children}</span>
);
