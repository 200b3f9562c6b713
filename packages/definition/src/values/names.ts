/** What actions, workflows, triggers, steps, variables and parameters may be called. */
export const namePattern = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;

/** An item of a pack: `core.notify`. */
export const packItemPattern = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)+$/;

/** What transitions may name besides steps. */
export const engineTargets = ['noop', 'fail', 'succeed'] as const;

const words = ['true', 'false', 'null', 'and', 'or', 'not', 'in', 'is', 'if', 'else', 'for', ...engineTargets];
const ofEveryObject = Object.getOwnPropertyNames(Object.prototype);
const reserved: ReadonlySet<string> = new Set([...words, ...ofEveryObject, 'prototype']);

/** Words of the expression language, engine targets, and names that every JavaScript object has. */
export function isReservedName(name: string): boolean {
  return reserved.has(name);
}
