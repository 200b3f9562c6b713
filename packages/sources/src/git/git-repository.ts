// A bare copy of a repository, kept between looks: `refs/millrace/*` are what was asked for last, with as little history as
// the server lets us have (one commit), so a fetch brings only what changed.
//
// One call at a time works on it (`exclusive`): Git's own locks would make the second one fail instead of wait. Whatever
// cannot be read is a `GitFailure`; the copy stays usable, and one that is broken (a process was killed while it wrote) is
// thrown away and fetched again.
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitAuth, type GitScheme, isCommit, isGitRef, isGitUrl, parseGitUrl } from '@millrace/definition';
import type { StoredDiagnostic } from '@millrace/engine';
import { type Checkout, checkoutTree } from './checkout-tree.ts';
import { openAccess } from './git-access.ts';
import { GitFailure } from './git-failure.ts';
import { type GitCall, runGit } from './run-git.ts';

export type GitRepositoryOptions = Readonly<{
  url: string;
  auth: GitAuth;
  schemes: readonly GitScheme[];
  /** The bare copy; made when it is missing. */
  folder: string;
  silenceMs: number;
  signal: AbortSignal;
}>;

/** A name that the repository has, and the commit that it means. `floating`: the name may mean another one tomorrow. */
export type ResolvedRef = Readonly<{ ref: string; commit: string; floating: boolean }>;

export type GitRepository = Readonly<{
  url: string;
  /** Asks the server what a branch, tag or commit is now; null: the default branch. Nothing is fetched. */
  resolve(ref: string | null): Promise<ResolvedRef>;
  /** Makes a commit present. Gives the one that the reference means now, which may be newer than it was resolved. */
  fetch(resolved: ResolvedRef): Promise<string>;
  /** Writes a fetched commit's files into a folder. What is wrong with them is told. */
  checkout(checkout: Checkout): Promise<readonly StoredDiagnostic[]>;
}>;

/** Fetches between two clean-ups of what is no longer referred to. */
const fetchesBetweenPacks = 50;

export function createGitRepository(options: GitRepositoryOptions): GitRepository {
  const { url, auth, folder, schemes } = options;
  let queue: Promise<unknown> = Promise.resolve();
  let ready = false;
  let fetches = 0;

  function exclusive<Value>(work: (call: GitCall) => Promise<Value>): Promise<Value> {
    const next = queue.then(async () => {
      const parsed = parseGitUrl(url, schemes);
      if (!isGitUrl(parsed)) throw new GitFailure('git_unsafe', `${url}: ${parsed.problem}`, parsed.hint);
      const { silenceMs, signal } = options;
      const call = { url, schemes, access: await openAccess(auth, url), silenceMs, signal };
      if (!ready) await prepare(call, folder);
      ready = true;
      return await work(call);
    });
    queue = next.catch(() => undefined);
    return next;
  }

  async function fetchCommit(call: GitCall, { ref, commit, floating }: ResolvedRef): Promise<string> {
    if (!floating && (await has(call, folder, commit))) return commit;
    // One reference for each name: what the name meant before is let go.
    const target = `refs/millrace/${createHash('sha256').update(ref).digest('hex').slice(0, 16)}`;
    const wanted = isCommit(ref) ? commit : ref;
    await fetchOne(call, folder, `+${wanted}:${target}`).catch(async (failure: unknown) => {
      // Servers may refuse commits that no name leads to directly; then it has to be in the history of one.
      if (!(isCommit(ref) && failure instanceof GitFailure && failure.kind === 'git_ref_not_found')) throw failure;
      const all = ['+refs/heads/*:refs/millrace/heads/*', '+refs/tags/*:refs/millrace/tags/*'];
      await runGit(call, folder, [...fetchArguments, '--unshallow', url, ...all]).catch(() =>
        runGit(call, folder, [...fetchArguments, url, ...all]),
      );
      if (!(await has(call, folder, commit))) throw failure;
      await runGit(call, folder, ['update-ref', target, commit]);
    });
    fetches += 1;
    if (fetches % fetchesBetweenPacks === 0) await runGit(call, folder, ['gc', '--prune=now', '--quiet']);
    return (await runGit(call, folder, ['rev-parse', '--verify', `${target}^{commit}`])).trim();
  }

  return {
    url,
    resolve: (ref) => exclusive((call) => resolveRef(call, folder, ref)),
    fetch: (resolved) => exclusive((call) => fetchCommit(call, resolved)),
    checkout: (checkout) => exclusive((call) => checkoutTree(call, folder, checkout)),
  };
}

async function prepare(call: GitCall, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const head = await runGit(call, folder, ['rev-parse', '--is-bare-repository'], { GIT_DIR: folder }).catch(() => '');
  if (head.trim() !== 'true') {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await runGit(call, folder, ['init', '--bare', '--quiet', '--template=']);
  }
  // Over every .gitattributes of the repository: no filters (LFS), no other line ends, nothing put in. Bytes stay bytes.
  await mkdir(join(folder, 'info'), { recursive: true });
  await writeFile(join(folder, 'info', 'attributes'), '* -text -eol -filter -ident -working-tree-encoding\n');
}

const fetchArguments = [
  'fetch',
  '--progress',
  '--no-tags',
  '--no-recurse-submodules',
  '--no-write-fetch-head',
  '--force',
];

async function fetchOne(call: GitCall, folder: string, spec: string): Promise<void> {
  try {
    await runGit(call, folder, [...fetchArguments, '--depth=1', call.url, spec]);
  } catch (failure) {
    // A plain web server that serves the files of a repository knows no depth.
    if (!(failure instanceof GitFailure && /does not support shallow/.test(failure.message))) throw failure;
    await runGit(call, folder, [...fetchArguments, call.url, spec]);
  }
}

async function has(call: GitCall, folder: string, commit: string): Promise<boolean> {
  const found = await runGit(call, folder, ['rev-parse', '--verify', '--quiet', `${commit}^{commit}`]).catch(() => '');
  return found.trim() === commit;
}

/** A branch wins over a tag of the same name; `refs/tags/x` names the tag. */
async function resolveRef(call: GitCall, folder: string, ref: string | null): Promise<ResolvedRef> {
  if (ref !== null && isCommit(ref)) return { ref, commit: ref, floating: false };
  if (ref !== null && !isGitRef(ref)) {
    const hint = 'Name a branch, a tag, a full reference such as refs/pull/12/head, or a commit of 40 digits.';
    throw new GitFailure('git_ref_not_found', `${JSON.stringify(ref)} is no name of a branch or tag.`, hint);
  }
  const names = ref === null ? ['HEAD'] : ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
  const asked = names.flatMap((name) => (name.startsWith('refs/tags/') ? [name, `${name}^{}`] : [name]));
  const answer = await runGit(call, folder, ['ls-remote', '--quiet', call.url, ...asked]);
  const found = new Map(answer.split('\n').map((line) => line.split('\t').reverse() as [string, string]));
  for (const name of names) {
    const commit = found.get(`${name}^{}`) ?? found.get(name);
    if (commit !== undefined) return { ref: name, commit, floating: !name.startsWith('refs/tags/') };
  }
  throw new GitFailure(
    'git_ref_not_found',
    `The repository ${call.url} has no branch or tag ${ref ?? '(it is empty)'}.`,
    'Push it, or name one that exists. Commits are named by all their digits.',
  );
}
