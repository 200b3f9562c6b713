import { everyOperation } from '../../testkit/every-operation.ts';
import { openTwoWorkspaces } from '../../testkit/two-workspaces.ts';

everyOperation('on the store in memory', () => openTwoWorkspaces());
