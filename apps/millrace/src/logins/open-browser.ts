import { spawn } from 'node:child_process';

type Surroundings = Readonly<{ platform: NodeJS.Platform; env: NodeJS.ProcessEnv }>;

/** Whether a browser on this machine is likely to be seen by whoever types. */
export function seesBrowser({ platform, env }: Surroundings): boolean {
  if (env.BROWSER) return true;
  if (env.SSH_CONNECTION || env.SSH_TTY) return false;
  return platform === 'darwin' || platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** Opens a page, if that is possible; the address is printed as well, so that it does not matter when it is not. */
export function openBrowser(url: string, { platform, env }: Surroundings): void {
  const [program, ...args] = env.BROWSER
    ? [env.BROWSER]
    : platform === 'darwin'
      ? ['open']
      : platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler']
        : ['xdg-open'];
  // No shell: the address is one argument, whatever is in it.
  const child = spawn(program ?? 'xdg-open', [...args, url], { stdio: 'ignore', detached: true });
  child.once('error', () => undefined);
  child.unref();
}
