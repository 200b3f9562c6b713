/** Where the definitions of a revision are kept, for comparing later ones with them. */
export const definitionsKey = (workspace: string, revision: string): string =>
  `workspaces/${workspace}/${revision}.definitions.json`;
