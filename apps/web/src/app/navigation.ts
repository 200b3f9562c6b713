import {
  CalendarClock,
  Cpu,
  Database,
  FolderGit2,
  Gauge,
  House,
  KeyRound,
  type LucideIcon,
  Package,
  Play,
  ScrollText,
  Settings,
  ThumbsUp,
  UsersRound,
  Webhook,
  Workflow,
  Zap,
} from 'lucide-react';
import { useMe } from '../api/use-me.ts';

export type NavigationEntry = Readonly<{
  /** An address of the router's table. */
  to:
    | '/'
    | '/runs'
    | '/workflows'
    | '/approvals'
    | '/schedules'
    | '/webhooks'
    | '/events'
    | '/workers'
    | '/limits'
    | '/workspaces'
    | '/packs'
    | '/cache'
    | '/secrets'
    | '/people'
    | '/audit'
    | '/settings';
  label: string;
  icon: LucideIcon;
  /** After `g`: goes there. */
  key: string;
  /** The permission without which there is nothing to see. */
  needs?: string;
}>;

/** The side bar, in its order; also what the command palette and the help list. */
const navigation: readonly NavigationEntry[] = [
  { to: '/', label: 'Home', icon: House, key: 'h' },
  { to: '/workflows', label: 'Workflows', icon: Workflow, key: 'w', needs: 'workflow:read' },
  { to: '/runs', label: 'Runs', icon: Play, key: 'r', needs: 'run:read' },
  { to: '/approvals', label: 'Approvals', icon: ThumbsUp, key: 'a', needs: 'approval:read' },
  { to: '/schedules', label: 'Schedules', icon: CalendarClock, key: 's', needs: 'schedule:read' },
  { to: '/webhooks', label: 'Webhooks', icon: Webhook, key: 'b', needs: 'webhook:read' },
  { to: '/events', label: 'Events', icon: Zap, key: 'e', needs: 'event:read' },
  { to: '/workers', label: 'Workers', icon: Cpu, key: 'k', needs: 'worker:read' },
  { to: '/limits', label: 'Queues and limits', icon: Gauge, key: 'l', needs: 'limit:read' },
  { to: '/workspaces', label: 'Workspaces', icon: FolderGit2, key: 'p', needs: 'workspace:read' },
  { to: '/packs', label: 'Packs', icon: Package, key: 'm', needs: 'workspace:read' },
  { to: '/secrets', label: 'Secrets', icon: KeyRound, key: 'y', needs: 'secret:read' },
  { to: '/cache', label: 'Cache', icon: Database, key: 'c', needs: 'cache:read' },
  { to: '/people', label: 'People', icon: UsersRound, key: 'u', needs: 'user:read' },
  { to: '/audit', label: 'Audit', icon: ScrollText, key: 'i', needs: 'audit:read' },
  { to: '/settings', label: 'Settings', icon: Settings, key: ',' },
];

/** What of it there is for whoever looks. */
export function useNavigation(): readonly NavigationEntry[] {
  const permissions = useMe()?.permissions;
  return navigation.filter(({ needs }) => needs === undefined || permissions?.[needs] !== 'none');
}
