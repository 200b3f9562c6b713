// The same on a real PostgreSQL, where the reach of lists, counts and searches is SQL.
import { openPostgresStore } from '@millrace/store-postgres';
import { openTestDatabase } from '@millrace/store-postgres/testkit';
import { everyOperation } from '../../testkit/every-operation.ts';
import { openTwoWorkspaces } from '../../testkit/two-workspaces.ts';

everyOperation('on PostgreSQL', async () => {
  const database = await openTestDatabase();
  const stores = await openPostgresStore({ url: database.url });
  await stores.migrate();
  const world = await openTwoWorkspaces({}, stores);
  return {
    ...world,
    async close() {
      await world.close();
      await stores.close();
      await database.close();
    },
  };
});
