import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A shell that ends the program as soon as its own input closes: also when the one that started it was killed. */
const guard = '"$@" </dev/null & read -r word; kill $!; wait $!';
const patienceMs = 30_000;

/** Starts a server and waits until `isReady` says so. */
export async function startProgram(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  isReady: () => Promise<boolean>,
): Promise<Readonly<{ stop(): Promise<void> }>> {
  const child = spawn('sh', ['-c', guard, 'sh', ...command], {
    stdio: ['pipe', 2, 2],
    env: { ...process.env, ...env },
  });
  const until = Date.now() + patienceMs;
  while (!(await isReady().catch(() => false))) {
    if (Date.now() > until) throw new Error(`${command[0]} did not get ready within ${patienceMs / 1_000} s.`);
    await sleep(50);
  }
  return {
    async stop() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

/** A port that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
