// A Chromium for the browser tests: the system's, or the one inside the npm package `@sparticuz/chromium` (Linux on x64), so that
// a machine needs nothing but npm. It is unpacked once, into `.cache/`, with the libraries and fonts that bare systems lack.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type FoundChromium = Readonly<{ executable: string; env: Readonly<Record<string, string>> }>;

const cache = fileURLToPath(new URL('../../../../.cache', import.meta.url));

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** `MILLRACE_CHROMIUM` names another one. Throws when there is none: browser tests are never left out silently. */
export function findChromium(): FoundChromium {
  const named = process.env.MILLRACE_CHROMIUM;
  const executable = named ?? usualPlaces.find((path) => existsSync(path));
  if (executable !== undefined) return { executable, env: {} };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'The browser tests found no Chromium. Install Chrome or Chromium, or name one by MILLRACE_CHROMIUM.',
    );
  }
  return ofPackage();
}

function ofPackage(): FoundChromium {
  const script = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const { version } = JSON.parse(readFileSync(join(dirname(script), '../package.json'), 'utf8')) as { version: string };
  const folder = join(cache, `chromium-${version}`);
  if (!existsSync(folder)) unpack(script, folder);
  const executable = join(folder, 'chromium');
  const linked = spawnSync('ldd', [executable], { encoding: 'utf8' });
  const complete = linked.status === 0 && !linked.stdout.includes('not found');
  return {
    executable,
    env: {
      ...(complete ? {} : { LD_LIBRARY_PATH: join(folder, 'al2023/lib') }),
      ...(existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') }),
    },
  };
}

/** The package unpacks into the folder for temporary files; the variable makes it take the libraries too. */
function unpack(script: string, folder: string): void {
  const made = `${folder}.new-${process.pid}`;
  mkdirSync(made, { recursive: true });
  const code = `const { default: chromium } = await import(${JSON.stringify(script)}); await chromium.executablePath();`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: made, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
  });
  if (status !== 0) throw new Error(`Chromium could not be unpacked from its npm package:\n${stderr}`);
  // Another test file may have done the same meanwhile: one of both is enough.
  if (existsSync(folder)) rmSync(made, { recursive: true });
  else renameSync(made, folder);
}
