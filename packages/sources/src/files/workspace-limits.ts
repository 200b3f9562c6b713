/** What a workspace may hold. A limit that is hit is an error that names it; nothing is left out silently. */
export type WorkspaceLimits = Readonly<{
  definitionFiles: number;
  /** One YAML file. */
  definitionBytes: number;
  files: number;
  /** One file that steps may need. */
  fileBytes: number;
  /** All of them, before packing. */
  totalBytes: number;
}>;

const mebibyte = 1024 * 1024;

export const defaultLimits: WorkspaceLimits = {
  definitionFiles: 10_000,
  definitionBytes: mebibyte,
  files: 20_000,
  fileBytes: 100 * mebibyte,
  totalBytes: 500 * mebibyte,
};
