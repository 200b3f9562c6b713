import type { RunSummary } from '@millrace/api';
import type { Fault } from '@millrace/core';

/** A fault is stored as it is shown; only its lists become mutable copies. */
export function presentFault(fault: Fault | null): RunSummary['error'] {
  return fault === null
    ? null
    : { ...fault, ...(fault.details === undefined ? {} : { details: { ...fault.details } }) };
}
