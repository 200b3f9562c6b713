/** Another system, as far as it must be known without its code. */
export type Peer = Readonly<{
  name: string;
  describe: string;
  /** How it is run: as its documentation begins, and as it says for speed. */
  modes: readonly string[];
  /** It can start many children and wait for all. */
  joins: boolean;
  /** A program that must be installed beside the npm packages. */
  program?: string;
}>;
