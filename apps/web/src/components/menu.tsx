import clsx from 'clsx';
import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export function Menu({
  trigger,
  children,
  align = 'end',
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'end';
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          className="z-50 max-h-80 min-w-44 overflow-y-auto rounded-md border bg-raised p-1 shadow-lg"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const itemClass =
  'flex h-8 cursor-pointer select-none items-center gap-2 rounded-sm px-2 text-sm outline-none data-[disabled]:cursor-not-allowed data-[highlighted]:bg-hover data-[disabled]:opacity-50 [&_svg]:size-4';

export function MenuItem({
  onSelect,
  danger = false,
  checked,
  disabled = false,
  children,
}: {
  onSelect: () => void;
  danger?: boolean;
  /** Of a choice: whether it is the chosen one. */
  checked?: boolean;
  disabled?: boolean;
  children: ReactNode;
}) {
  if (checked !== undefined) {
    return (
      <Radix.CheckboxItem
        checked={checked}
        onSelect={onSelect}
        disabled={disabled}
        className={clsx(itemClass, danger && 'text-bad')}
      >
        <span className="size-4">{checked ? <Check aria-hidden /> : null}</span>
        {children}
      </Radix.CheckboxItem>
    );
  }
  return (
    <Radix.Item onSelect={onSelect} disabled={disabled} className={clsx(itemClass, danger && 'text-bad')}>
      {children}
    </Radix.Item>
  );
}
