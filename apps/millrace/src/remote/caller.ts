import { userInfo } from 'node:os';

/** The server does not know its callers yet, so the caller says who it is. */
export function caller({ by }: Readonly<{ by?: string }>): string {
  if (by !== undefined) return by;
  try {
    return userInfo().username;
  } catch {
    // In a container a user may have no name.
    return 'cli';
  }
}
