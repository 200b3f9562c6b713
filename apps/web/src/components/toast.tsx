import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Button, IconButton } from './button.tsx';
import { errorText } from './error-text.ts';

export type Toast = Readonly<{
  text: string;
  tone?: 'good' | 'bad';
  detail?: string;
  /** A way back, or onward. */
  action?: Readonly<{ label: string; run: () => void }>;
}>;

const ToastContext = createContext<((toast: Toast) => void) | null>(null);

/** Short news at the edge of the page. They go away by themselves, except while somebody points at them; errors stay longer. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly (Toast & Readonly<{ id: number }>)[]>([]);
  const show = useCallback(
    (toast: Toast) => setToasts((before) => [...before.slice(-3), { ...toast, id: nextId++ }]),
    [],
  );
  const remove = (id: number) => setToasts((before) => before.filter((toast) => toast.id !== id));
  return (
    <ToastContext value={show}>
      <Radix.Provider label="News" swipeDirection="right">
        {children}
        {toasts.map(({ id, text, tone = 'good', detail, action }) => (
          <Radix.Root
            key={id}
            duration={tone === 'bad' ? 12_000 : 6_000}
            onOpenChange={(open) => (open ? undefined : remove(id))}
            className="flex items-start gap-2 rounded-md border bg-raised p-3 shadow-lg"
          >
            {tone === 'good' ? (
              <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
            ) : (
              <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
            )}
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-medium text-sm">{text}</Radix.Title>
              {detail === undefined ? null : (
                <Radix.Description className="text-sm text-soft">{detail}</Radix.Description>
              )}
            </div>
            {action === undefined ? null : (
              <Radix.Action asChild altText={action.label}>
                <Button small onClick={action.run}>
                  {action.label}
                </Button>
              </Radix.Action>
            )}
            <Radix.Close asChild>
              <IconButton label="Close">
                <X />
              </IconButton>
            </Radix.Close>
          </Radix.Root>
        ))}
        <Radix.Viewport className="fixed right-4 bottom-4 z-[45] flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2 outline-none" />
      </Radix.Provider>
    </ToastContext>
  );
}

let nextId = 0;

export function useToast(): (toast: Toast) => void {
  const show = useContext(ToastContext);
  if (show === null) throw new Error('useToast needs a ToastProvider above it.');
  return show;
}

/** For `onError` of a mutation: what failed, and what to do about it. */
export function useErrorToast(what: string): (error: unknown) => void {
  const show = useToast();
  return useCallback((error: unknown) => show({ text: what, tone: 'bad', detail: errorText(error) }), [show, what]);
}
