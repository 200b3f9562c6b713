import type { Hooks } from '@millrace/core';
import type { z } from 'zod';
import type { hookCall, hooks } from '../grammar/hooks.ts';

export function hooksOf(written: z.output<typeof hooks>): Hooks {
  return {
    onSuccess: calls(written.on_success),
    onFailure: calls(written.on_failure),
    onCancel: calls(written.on_cancel),
    onSuspend: calls(written.on_suspend),
  };
}

function calls(written: readonly z.output<typeof hookCall>[] | undefined): Hooks['onSuccess'] {
  return (written ?? []).map(({ action, input }) => ({ action, input: input ?? {} }));
}
