import type { WorkspaceSources } from '../src/index.ts';

/** The secret of the push hook that the fake workspace `shop` has. */
export const pushSecret = 'push-secret';

/** Sources that load nothing; `soon` lists what was asked for in the background. */
export function createFakeSources(): WorkspaceSources & Readonly<{ soon: readonly string[] }> {
  const soon: string[] = [];
  return {
    soon,
    sync: async () => undefined,
    syncSoon: (workspace) => void soon.push(workspace),
    look: async (_workspace, ref) => ({ revision: ref ?? 'r2', definitions: null, diagnostics: [] }),
    hookSecret: async (workspace) => (workspace === 'shop' ? pushSecret : null),
  };
}
