// Passwords are hashed with argon2id: 19 MiB and two passes, which OWASP recommends and which costs a server some 50 ms.
// Every check costs the same, whether there is such an account or not: the time of a refusal tells nothing.
import { MillraceError } from '@millrace/core';
import { hash, verify } from '@node-rs/argon2';

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const minPasswordLength = 10;
const maxPasswordBytes = 1024;

/** Throws `invalid_request` for a password that is too short, too long, or the name itself. */
export function checkNewPassword(password: string, account: string): void {
  const wrong = (message: string): MillraceError =>
    new MillraceError('invalid_request', message, {
      hint: `Take ${minPasswordLength} characters or more, for example several words.`,
    });
  if ([...password].length < minPasswordLength)
    throw wrong(`The password has fewer than ${minPasswordLength} characters.`);
  if (Buffer.byteLength(password) > maxPasswordBytes)
    throw wrong(`The password has more than ${maxPasswordBytes} bytes.`);
  if (password.toLowerCase().includes(account) && account.length > 3)
    throw wrong('The password has the name of the account in it.');
}

export const hashPassword = (password: string): Promise<string> => hash(password, cost);

let dummy: Promise<string> | null = null;

/** Whether it is the password. `stored` null (nobody has it) takes as long and is false. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  dummy ??= hashPassword('no account has this password');
  const against = stored ?? (await dummy);
  const given = Buffer.byteLength(password) > maxPasswordBytes ? '' : password;
  return (await verify(against, given)) && stored !== null;
}
