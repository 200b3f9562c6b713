// Every address of the UI. A new page is a route here, a line in `navigation.ts` if the side bar shows it, and a folder in
// `features/`; its code is loaded when somebody goes there.
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import { createQueryClient } from '../api/query-client.ts';
import { Layout } from '../components/layout.tsx';
import { NotFound, PageCrash } from '../components/page-states.tsx';
import { parseAccountSearch } from '../features/account/search.ts';
import { parseApprovalsSearch } from '../features/approvals/search.ts';
import { parseAuditSearch } from '../features/audit/search.ts';
import { parseCacheSearch } from '../features/cache/search.ts';
import { parseFilesSearch } from '../features/editor/search.ts';
import { parseEventsSearch } from '../features/events/search.ts';
import { parseLoginSearch } from '../features/login/search.ts';
import { parsePeopleSearch } from '../features/people/search.ts';
import { runQuery } from '../features/run/queries.ts';
import { preloadRunView } from '../features/run/run-view.ts';
import { parseRunPageSearch } from '../features/run/search.ts';
import { parseRunSearch } from '../features/runs/search.ts';
import { parseSchedulesSearch } from '../features/schedules/search.ts';
import { parseWebhooksSearch } from '../features/webhooks/search.ts';
import { parseWorkflowSearch } from '../features/workflow/search.ts';
import { parseWorkflowsSearch } from '../features/workflows/search.ts';
import { oneOf, parseSearch, stringifySearch } from './search-params.ts';

/** What every address may have: the workspace that lists are narrowed to. It stays while one walks around. */
const root = createRootRouteWithContext<Readonly<{ queries: QueryClient }>>()({
  component: Layout,
  notFoundComponent: () => <NotFound what="page" />,
  validateSearch: (search: Record<string, unknown>): { workspace?: string | undefined } => {
    const workspace = oneOf(search.workspace);
    return workspace === undefined ? {} : { workspace };
  },
  search: { middlewares: [retainSearchParams(['workspace'])] },
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../features/home/page.tsx'), 'HomePage'),
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: parseRunSearch,
  component: lazyRouteComponent(() => import('../features/runs/page.tsx'), 'RunsPage'),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  validateSearch: parseRunPageSearch,
  loader: ({ params, cause, location, context: { queries } }) => {
    // While the code of the page comes, so does what it shows. Pointing at a link to a run is no reason to read it.
    if (cause !== 'enter') return;
    void queries.prefetchQuery(runQuery(params.run));
    void preloadRunView(parseRunPageSearch(location.search).view);
  },
  component: lazyRouteComponent(() => import('../features/run/page.tsx'), 'RunPage'),
});

const workflows = createRoute({
  getParentRoute: () => root,
  path: '/workflows',
  validateSearch: parseWorkflowsSearch,
  component: lazyRouteComponent(() => import('../features/workflows/page.tsx'), 'WorkflowsPage'),
});

const workflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$workspace/$workflow',
  validateSearch: parseWorkflowSearch,
  component: lazyRouteComponent(() => import('../features/workflow/page.tsx'), 'WorkflowPage'),
});

const approvals = createRoute({
  getParentRoute: () => root,
  path: '/approvals',
  validateSearch: parseApprovalsSearch,
  component: lazyRouteComponent(() => import('../features/approvals/page.tsx'), 'ApprovalsPage'),
});

const schedules = createRoute({
  getParentRoute: () => root,
  path: '/schedules',
  validateSearch: parseSchedulesSearch,
  component: lazyRouteComponent(() => import('../features/schedules/page.tsx'), 'SchedulesPage'),
});

const schedule = createRoute({
  getParentRoute: () => root,
  path: '/schedules/$workspace/$schedule',
  component: lazyRouteComponent(() => import('../features/schedule/page.tsx'), 'SchedulePage'),
});

const webhooks = createRoute({
  getParentRoute: () => root,
  path: '/webhooks',
  validateSearch: parseWebhooksSearch,
  component: lazyRouteComponent(() => import('../features/webhooks/page.tsx'), 'WebhooksPage'),
});

const delivery = createRoute({
  getParentRoute: () => root,
  path: '/webhooks/deliveries/$delivery',
  component: lazyRouteComponent(() => import('../features/delivery/page.tsx'), 'DeliveryPage'),
});

const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  validateSearch: parseEventsSearch,
  component: lazyRouteComponent(() => import('../features/events/page.tsx'), 'EventsPage'),
});

const event = createRoute({
  getParentRoute: () => root,
  path: '/events/$event',
  component: lazyRouteComponent(() => import('../features/event/page.tsx'), 'EventPage'),
});

const workers = createRoute({
  getParentRoute: () => root,
  path: '/workers',
  component: lazyRouteComponent(() => import('../features/workers/page.tsx'), 'WorkersPage'),
});

const limits = createRoute({
  getParentRoute: () => root,
  path: '/limits',
  component: lazyRouteComponent(() => import('../features/limits/page.tsx'), 'LimitsPage'),
});

const workspaces = createRoute({
  getParentRoute: () => root,
  path: '/workspaces',
  component: lazyRouteComponent(() => import('../features/workspaces/page.tsx'), 'WorkspacesPage'),
});

const workspace = createRoute({
  getParentRoute: () => root,
  path: '/workspaces/$workspace',
  component: lazyRouteComponent(() => import('../features/workspace/page.tsx'), 'WorkspacePage'),
});

const files = createRoute({
  getParentRoute: () => root,
  path: '/workspaces/$workspace/files',
  validateSearch: parseFilesSearch,
  component: lazyRouteComponent(() => import('../features/editor/page.tsx'), 'FilesPage'),
});

const packs = createRoute({
  getParentRoute: () => root,
  path: '/packs',
  component: lazyRouteComponent(() => import('../features/packs/page.tsx'), 'PacksPage'),
});

const cache = createRoute({
  getParentRoute: () => root,
  path: '/cache',
  validateSearch: parseCacheSearch,
  component: lazyRouteComponent(() => import('../features/cache/page.tsx'), 'CachePage'),
});

const secrets = createRoute({
  getParentRoute: () => root,
  path: '/secrets',
  component: lazyRouteComponent(() => import('../features/secrets/page.tsx'), 'SecretsPage'),
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  validateSearch: parsePeopleSearch,
  component: lazyRouteComponent(() => import('../features/people/page.tsx'), 'PeoplePage'),
});

const user = createRoute({
  getParentRoute: () => root,
  path: '/people/users/$user',
  component: lazyRouteComponent(() => import('../features/user/page.tsx'), 'UserPage'),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import('../features/audit/page.tsx'), 'AuditPage'),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  validateSearch: parseAccountSearch,
  component: lazyRouteComponent(() => import('../features/account/page.tsx'), 'AccountPage'),
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: parseLoginSearch,
  component: lazyRouteComponent(() => import('../features/login/page.tsx'), 'LoginPage'),
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: '/set-up',
  component: lazyRouteComponent(() => import('../features/sign-in/set-up-page.tsx'), 'SetUpPage'),
});

const setPassword = createRoute({
  getParentRoute: () => root,
  path: '/set-password',
  component: lazyRouteComponent(() => import('../features/sign-in/set-password-page.tsx'), 'SetPasswordPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/page.tsx'), 'SettingsPage'),
});

const apiReference = createRoute({
  getParentRoute: () => root,
  path: '/api-reference',
  component: lazyRouteComponent(() => import('../features/api-reference/page.tsx'), 'ApiReferencePage'),
});

export const queries = createQueryClient();

export const router = createRouter({
  context: { queries },
  routeTree: root.addChildren([
    home,
    workflows,
    workflow,
    runs,
    run,
    approvals,
    schedules,
    schedule,
    webhooks,
    delivery,
    events,
    event,
    workers,
    limits,
    workspaces,
    workspace,
    files,
    packs,
    cache,
    secrets,
    settings,
    apiReference,
    people,
    user,
    audit,
    account,
    login,
    setUp,
    setPassword,
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: PageCrash,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
