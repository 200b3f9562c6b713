import { approvalRoutes } from './approvals/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { cacheRoutes } from './cache/routes.ts';
import type { Route } from './contract/route.ts';
import { eventRoutes } from './events/routes.ts';
import { limitRoutes } from './limits/routes.ts';
import { liveRoutes } from './live/routes.ts';
import { logRoutes } from './logs/routes.ts';
import { apiKeyRoutes } from './people/api-key-routes.ts';
import { groupRoutes } from './people/group-routes.ts';
import { meRoutes } from './people/me-routes.ts';
import { ownIdentityRoutes } from './people/own-identity-routes.ts';
import { roleRoutes } from './people/role-routes.ts';
import { serviceAccountRoutes } from './people/service-account-routes.ts';
import { userRoutes } from './people/user-routes.ts';
import { runRoutes } from './runs/routes.ts';
import { scheduleRoutes } from './schedules/routes.ts';
import { secretRoutes } from './secrets/routes.ts';
import { loginRoutes } from './sessions/login-routes.ts';
import { outsideSignInRoutes } from './sessions/outside-routes.ts';
import { sessionRoutes } from './sessions/routes.ts';
import { systemRoutes } from './system/routes.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import { workerProtocolRoutes } from './worker-protocol/routes.ts';
import { joinRoutes } from './workers/join-routes.ts';
import { workerRoutes } from './workers/routes.ts';
import { workflowRoutes } from './workflows/routes.ts';
import { workspaceFileRoutes } from './workspaces/files.ts';
import { workspaceRoutes } from './workspaces/routes.ts';

/** The whole HTTP contract. A key is the `operationId` of its route. */
export const routes = {
  ...workspaceRoutes,
  ...workspaceFileRoutes,
  ...workflowRoutes,
  ...scheduleRoutes,
  ...webhookRoutes,
  ...secretRoutes,
  ...meRoutes,
  ...ownIdentityRoutes,
  ...userRoutes,
  ...serviceAccountRoutes,
  ...groupRoutes,
  ...roleRoutes,
  ...apiKeyRoutes,
  ...runRoutes,
  ...approvalRoutes,
  ...limitRoutes,
  ...logRoutes,
  ...eventRoutes,
  ...liveRoutes,
  ...cacheRoutes,
  ...workerRoutes,
  ...joinRoutes,
  ...workerProtocolRoutes,
  ...sessionRoutes,
  ...outsideSignInRoutes,
  ...loginRoutes,
  ...auditRoutes,
  ...systemRoutes,
} satisfies Record<string, Route>;

export type Routes = typeof routes;
export type OperationId = keyof Routes;

/** The table as a list, for those who walk all of it. */
export const routeList: readonly (Route & Readonly<{ operationId: string }>)[] = Object.entries(routes).map(
  ([operationId, spec]) => ({ operationId, ...(spec as Route) }),
);
