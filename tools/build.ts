// `npm run build`: builds the web UI and the bundle of the command, if they are stale.
import { bundleWhenStale } from '../apps/millrace/build/bundle-when-stale.ts';
import { buildWhenStale } from '../apps/web/build/build-when-stale.ts';

buildWhenStale();
await bundleWhenStale();
