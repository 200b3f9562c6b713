// `npm run build`: builds the web UI, if it is stale.
import { buildWhenStale } from '../apps/web/build/build-when-stale.ts';

buildWhenStale();
