import { expect, it } from 'vitest';
import { seesBrowser } from './open-browser.ts';

it.each<[NodeJS.Platform, NodeJS.ProcessEnv, boolean]>([
  ['darwin', {}, true],
  ['win32', {}, true],
  ['linux', {}, false],
  ['linux', { DISPLAY: ':0' }, true],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['linux', { DISPLAY: 'localhost:10.0', SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' }, false],
  ['darwin', { SSH_TTY: '/dev/ttys001' }, false],
  ['linux', { BROWSER: '/usr/bin/firefox', SSH_TTY: '/dev/pts/1' }, true],
])('on %s with %j, a browser is seen: %s', (platform, env, expected) => {
  expect(seesBrowser({ platform, env })).toBe(expected);
});
