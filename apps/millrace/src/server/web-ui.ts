import { fileURLToPath } from 'node:url';

/** Where the build of `apps/web` puts the pages that servers show. */
export const webUi = fileURLToPath(new URL('../../../web/dist', import.meta.url));
