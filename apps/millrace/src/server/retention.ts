import type { RetentionSettings } from '@millrace/definition';
import { defaultRetention, type Retention } from '@millrace/engine';

/** What the configuration says, the option before it; the rest as usual. */
export const retentionOf = (configured: RetentionSettings, keepRuns: number | 'forever' | undefined): Retention => ({
  ...defaultRetention,
  ...configured,
  ...(keepRuns === undefined ? {} : { runs: keepRuns === 'forever' ? null : keepRuns }),
});
