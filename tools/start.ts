// `npm start`: builds the web UI if it is stale, then runs `millrace dev --sample` in this process.
import { fileURLToPath } from 'node:url';
import { buildWhenStale } from '../apps/web/build/build-when-stale.ts';

buildWhenStale();
const millrace = fileURLToPath(new URL('../apps/millrace/bin/millrace.mjs', import.meta.url));
process.argv.splice(1, 1, millrace, 'dev', '--sample');
await import(millrace);
