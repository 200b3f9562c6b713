/** Where something stands in a workspace: the file's path from the workspace root, and a position that counts from 1. */
export type Place = Readonly<{ file: string; line: number; column: number }>;
