import type { WorkspaceSources } from '../src/index.ts';

/** The secret of the push hook that the fake workspace `shop` has. */
export const pushSecret = 'push-secret';

const editedFile = { path: '.workflows/a.yaml', text: 'workflows:\n', digest: 'ab'.repeat(32) };

/** Sources that load nothing; `soon` lists what was asked for in the background. */
export function createFakeSources(): WorkspaceSources & Readonly<{ soon: readonly string[] }> {
  const soon: string[] = [];
  return {
    soon,
    sync: async () => undefined,
    syncSoon: (workspace) => void soon.push(workspace),
    look: async (_workspace, ref) => ({ revision: ref ?? 'r2', definitions: null, diagnostics: [] }),
    editing: () => ({
      files: {
        list: async () => [{ path: editedFile.path, sizeBytes: editedFile.text.length }],
        read: async () => editedFile,
        check: async () => ({ definitions: null, diagnostics: [] }),
        write: async () => editedFile,
        rename: async () => editedFile,
        remove: async () => undefined,
      },
    }),
    hookSecret: async (workspace) => (workspace === 'shop' ? pushSecret : null),
  };
}
