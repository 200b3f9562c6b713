// `npm start`: builds what is stale of the web UI and of the command, then runs `millrace dev --sample` in this process.
import { fileURLToPath } from 'node:url';
import { bundleWhenStale } from '../apps/millrace/build/bundle-when-stale.ts';
import { buildWhenStale } from '../apps/web/build/build-when-stale.ts';

buildWhenStale();
await bundleWhenStale().catch((cause: unknown) => {
  process.stderr.write(`The command could not be bundled; its sources do as well and start more slowly: ${cause}\n`);
});
const millrace = fileURLToPath(new URL('../apps/millrace/bin/millrace.mjs', import.meta.url));
process.argv.splice(1, 1, millrace, 'dev', '--sample');
await import(millrace);
