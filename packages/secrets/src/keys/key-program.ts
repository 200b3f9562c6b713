// A program that unwraps a key: for whatever has a command and no place here. It gets the wrapped key on its standard input and
// writes the key to its standard output, as base64 or hexadecimal digits; what it has to say goes to the server's own standard
// error. It is called directly, not by a shell, with the environment of the server.
import { spawn } from 'node:child_process';
import { text as readText } from 'node:stream/consumers';
import type { SecretKeyKinds } from '@millrace/definition';
import type { Surroundings } from '../backends/surroundings.ts';
import { SourceFailure } from '../source-failure.ts';
import type { KeyService } from './key-service.ts';

/** `EX_TEMPFAIL` of sysexits.h: what it asks is away, and it should be called again. */
const temporary = 75;

const hint = 'Run it by hand, as the user of the server: what it writes to standard error tells why.';

export function createKeyProgram({ command }: SecretKeyKinds['exec'], around: Surroundings): KeyService {
  const [program = '', ...args] = command;
  return {
    place: `the program ${program}`,
    async unwrap(wrapped) {
      const signal = AbortSignal.timeout(around.timeoutMs);
      const child = spawn(program, args, {
        ...{ env: { ...around.environment }, signal, killSignal: 'SIGKILL' },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      // A program that does not read what it is told has closed the pipe; how it ended tells more.
      child.stdin.on('error', () => {});
      child.stdin.end(`${wrapped}\n`);
      const ended = new Promise<number | string | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code, killed) => resolve(code ?? killed));
      });
      const [text, code] = await Promise.all([readText(child.stdout), ended]).catch((cause: NodeJS.ErrnoException) => {
        if (signal.aborted) {
          throw new SourceFailure('unavailable', `it did not end within ${around.timeoutMs} ms.`, hint);
        }
        throw new SourceFailure('refused', `it cannot be started (${cause.code}).`, 'Check `command` of the key.');
      });
      if (code !== 0)
        throw new SourceFailure(code === temporary ? 'unavailable' : 'refused', `it ended with ${code}.`, hint);
      return Buffer.from(text.trim());
    },
  };
}
