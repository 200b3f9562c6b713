import type { Schedule } from '@millrace/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Switch } from 'radix-ui';
import { api } from '../../api/client.ts';
import { notAllowedText, useMay } from '../../api/use-me.ts';
import { by } from '../../app/my-name.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';

/** Enables or disables a schedule at once; the toast has the way back. */
export function EnableSwitch({ schedule }: { schedule: Schedule }) {
  const { workspace, name, enabled } = schedule;
  const queries = useQueryClient();
  const toast = useToast();
  const may = useMay('schedule:change');
  const change = useMutation({
    mutationFn: (wanted: boolean) =>
      wanted ? api.schedules.enable(workspace, name, by()) : api.schedules.disable(workspace, name, by()),
    onSuccess: (_, wanted) => {
      void queries.invalidateQueries({ queryKey: ['schedules'] });
      toast({
        text: `Schedule ${name} is ${wanted ? 'enabled' : 'disabled'}`,
        detail: 'This stays over new revisions, until it is reset.',
        action: { label: 'Undo', run: () => change.mutate(!wanted) },
      });
    },
    onError: useErrorToast(`Schedule ${name} was not changed`),
  });
  return (
    <Switch.Root
      checked={enabled}
      disabled={!may || change.isPending}
      {...(may ? {} : { title: notAllowedText('schedule:change') })}
      onCheckedChange={(wanted) => change.mutate(wanted)}
      aria-label={`Schedule ${name} is enabled`}
      className="relative block h-5 w-9 rounded-full border border-line-strong bg-idle-ground transition-colors data-[state=checked]:border-transparent data-[state=checked]:bg-accent-strong"
    >
      <Switch.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-soft transition-transform data-[state=checked]:translate-x-4.5 data-[state=checked]:bg-on-accent" />
    </Switch.Root>
  );
}
