import type { Place } from '@millrace/core';
import type { SourceNode } from '../yaml/source-node.ts';

/** An entry of a section: its name, where the name stands, and what is written below it. */
export type Named = Readonly<{ name: string; at: Place; node: SourceNode }>;
