import type { StoredDiagnostic } from '@millrace/engine';
import { fileProblem } from '../files/diagnostic.ts';

export type GitFailureKind =
  | 'git_missing'
  | 'git_auth_failed'
  | 'git_not_found'
  | 'git_unreachable'
  | 'git_ref_not_found'
  | 'git_path_not_found'
  | 'git_unsafe'
  | 'git_failed';

/** A repository could not be read. Expected: repositories move, tokens expire, networks fail. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure';
  readonly kind: GitFailureKind;
  readonly hint: string;

  constructor(kind: GitFailureKind, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.hint = hint;
  }
}

/** As a problem of the workspace whose source the repository is. */
export function gitProblem(failure: GitFailure): StoredDiagnostic {
  return fileProblem('error', failure.kind, '.', failure.message, failure.hint);
}

type Pattern = readonly [RegExp, GitFailureKind, what: string, hint: string];

/** What Git says (in English: LC_ALL is C), most telling first. */
const patterns: readonly Pattern[] = [
  [
    /Authentication failed|could not read (?:Username|Password)|Permission denied|terminal prompts disabled|returned error: 40[13]|access denied|Invalid username or (?:token|password)/i,
    'git_auth_failed',
    'does not let us in',
    'Check the token or key of the workspace (`auth` in millrace.yaml): it must exist, not be expired, and may read the repository.',
  ],
  [
    /Host key verification failed|REMOTE HOST IDENTIFICATION/i,
    'git_auth_failed',
    'has a host key that is not known',
    'Add the host to a known_hosts file (`ssh-keyscan HOST`, after comparing its fingerprint) and name it: `auth: { known_hosts: … }`.',
  ],
  [
    /transport '[^']*' not allowed|protocol .* is not (?:allowed|supported)/i,
    'git_unsafe',
    'leads to an address that is not allowed',
    'Use the final address of the repository, with a scheme that the operator allows.',
  ],
  [
    /repository .*not found|does not appear to be a git repository|does not exist|returned error: 404|not a git repository/i,
    'git_not_found',
    'is not there',
    'Check its address; a private repository also looks like this to a token that may not read it.',
  ],
  [
    /couldn't find remote ref|not our ref|unadvertised object|no such remote ref/i,
    'git_ref_not_found',
    'does not have it',
    'Check the name of the branch, tag or commit.',
  ],
  [
    /invalid path|fsck error|hasDotdot|hasDotgit/i,
    'git_unsafe',
    'holds a path that could leave its folder',
    'Somebody made this commit by hand. Remove the path.',
  ],
  [
    /Could not resolve host|Connection (?:refused|reset|timed out)|unable to access|timed out|block timeout|early EOF|Could not read from remote|No route to host|hung up/i,
    'git_unreachable',
    'cannot be reached',
    'It is tried again. Check the address, the network and the server of the repository.',
  ],
];

/** Makes a failure of what Git printed. `secrets` never appear in it, whatever a server echoes. */
export function failureOf(url: string, cause: unknown, secrets: readonly string[]): GitFailure {
  if (cause instanceof GitFailure) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/spawn git ENOENT|ENOENT.*\bgit\b/.test(text)) {
    return new GitFailure('git_missing', 'The program git is not on this machine.', 'Install Git 2.30 or newer.');
  }
  const told = tellingLines(hide(text, secrets));
  const [, kind, what, hint] = patterns.find(([pattern]) => pattern.test(text)) ?? [
    /./,
    'git_failed' as const,
    'could not be read',
    'See what Git says; the same command on this machine says more.',
  ];
  return new GitFailure(kind, `The repository ${url} ${what}: ${told}`, hint);
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '***')), text);
}

/** Git's own complaint, without progress and without what only its version adds. */
function tellingLines(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  const telling = lines.filter((line) =>
    /^(?:fatal|error|ERROR|remote: (?!Enumerating|Counting|Compressing|Total))/.test(line),
  );
  const chosen = (telling.length > 0 ? telling : lines.filter((line) => line !== '')).slice(0, 3);
  return chosen
    .map((line) => line.replace(/^(?:fatal|error): /, ''))
    .join(' ')
    .slice(0, 500);
}
