import type { ActionType } from '@millrace/core';
import { findTarget, type Loaded, type LoadedStep } from './loaded.ts';

/** The type of what a step calls; null when it is not known. */
export function typeOfStep(loaded: Loaded, { definition }: LoadedStep): ActionType | null {
  if (definition === null) return null;
  if (definition.inline !== undefined) return definition.inline.type;
  const target = findTarget(loaded, definition.action ?? '');
  if (target.kind === 'workflow') return 'workflow';
  return target.kind === 'action' ? (target.action.definition?.body.type ?? null) : null;
}
