import { readFileSync, statSync } from 'node:fs';

/** The user that PostgreSQL's processes run as. */
export type Account = Readonly<{ uid: number; gid: number; name: string }>;

/** Accounts without rights of their own, the most fitting first. `initdb` needs one that the system knows by name. */
const preferredNames = ['millrace', 'postgres', '_postgres', 'nobody', 'daemon'];

/**
 * The accounts that PostgreSQL may run as, the best first. `undefined` stands for ourselves: the only choice unless we
 * are root, since PostgreSQL refuses to run as root. A cluster that exists keeps its owner, so that its files stay
 * readable when the list of accounts changes.
 */
export function accountCandidates(clusterDir: string, passwdFile = '/etc/passwd'): readonly (Account | undefined)[] {
  if (process.getuid?.() !== 0) return [undefined];
  const owner = statSync(clusterDir, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) {
    return [{ uid: owner.uid, gid: owner.gid, name: `the owner of ${clusterDir}` }];
  }
  return parsePasswd(readPasswd(passwdFile))
    .filter((account) => preferredNames.includes(account.name))
    .sort((a, b) => preferredNames.indexOf(a.name) - preferredNames.indexOf(b.name));
}

/** Reads the lines of a passwd file; negative ids (macOS writes nobody as -2) become unsigned; root is left out. */
export function parsePasswd(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uidText, gidText] = line.split(':');
    if (name === undefined || !/^-?\d+$/.test(uidText ?? '') || !/^-?\d+$/.test(gidText ?? '')) return [];
    const account = { name, uid: Number(uidText) >>> 0, gid: Number(gidText) >>> 0 };
    return account.uid === 0 ? [] : [account];
  });
}

function readPasswd(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // A system without the file has no account that we could name: the caller reports that.
  }
}
