// Which repositories may be fetched. Git knows transports that run programs (`ext::`), read any folder (`file`) or are not
// encrypted (`git`, `http`), so schemes are allow-listed, here and once more for Git itself (GIT_ALLOW_PROTOCOL).

/** Schemes that an operator may allow; only the first two are allowed when nothing is said. */
export const gitSchemes = ['https', 'ssh', 'http', 'file'] as const;
export type GitScheme = (typeof gitSchemes)[number];
export const defaultGitSchemes: readonly GitScheme[] = ['https', 'ssh'];

export type GitUrl = Readonly<{ url: string; scheme: GitScheme }>;
type WrongUrl = Readonly<{ problem: string; hint: string }>;

/** Reads an address as Git does: `scheme://…`, `user@host:path` (ssh) or the path of a folder (file). */
export function parseGitUrl(text: string, allowed: readonly GitScheme[] = defaultGitSchemes): GitUrl | WrongUrl {
  const found = readScheme(text);
  if (!('scheme' in found)) return found;
  if (allowed.includes(found.scheme)) return found;
  return {
    problem: `Repositories are not fetched by ${found.scheme} here.`,
    hint: `Allowed: ${allowed.join(', ')}. The operator can allow more: \`git: { schemes: [${[...allowed, found.scheme].join(', ')}] }\` in millrace.yaml.`,
  };
}

export const isGitUrl = (found: GitUrl | WrongUrl): found is GitUrl => 'scheme' in found;

function readScheme(text: string): GitUrl | WrongUrl {
  const expected = 'Write https://host/path.git, ssh://user@host/path.git or user@host:path.git.';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (text === '' || text.startsWith('-') || /[\u0000-\u0020\u007f]/.test(text) || /^[a-z0-9+-]+::/i.test(text))
    return { problem: 'This is no address of a repository.', hint: expected };
  const [, written] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text) ?? [];
  if (written === undefined) {
    if (text.startsWith('/')) return { url: text, scheme: 'file' };
    // As ssh understands it: nothing before the colon may be an option.
    if (/^(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9][\w.-]*:[^-].*$/.test(text)) return { url: text, scheme: 'ssh' };
    return { problem: 'This is no address of a repository.', hint: expected };
  }
  const scheme = gitSchemes.find((one) => one === written.toLowerCase());
  if (scheme === undefined) return { problem: `Repositories cannot be fetched by ${written}.`, hint: expected };
  if (!URL.canParse(text)) return { problem: 'This is no address of a repository.', hint: expected };
  const { password, hostname, username } = new URL(text);
  if (password !== '' || (scheme !== 'ssh' && username !== '')) {
    return {
      problem: 'The address holds credentials, which would be shown wherever the address is.',
      hint: 'Take them out of the address and name where they are kept: `auth: { token_env: … }`.',
    };
  }
  if (hostname.startsWith('-') || username.startsWith('-') || (hostname === '' && scheme !== 'file'))
    return { problem: 'The address names no host.', hint: expected };
  return { url: text, scheme };
}

/** A branch, tag, full reference (`refs/…`) or commit, in characters that mean nothing else to Git. */
export function isGitRef(text: string): boolean {
  return (
    text.length <= 250 &&
    /^[A-Za-z0-9_](?:[\w./+@#=-]*[\w+@#=-])?$/.test(text) &&
    !/\.\.|\/\/|\/\.|\.lock(?:\/|$)|@\{/.test(text)
  );
}

export const isCommit = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
