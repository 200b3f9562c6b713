import type { JoinToken } from '@millrace/api';
import { boundsText } from './bounds-text.ts';

export const Bounds = ({ bounds }: { bounds: JoinToken['bounds'] }) =>
  boundsText(bounds) ?? <span className="text-faint">everything</span>;
