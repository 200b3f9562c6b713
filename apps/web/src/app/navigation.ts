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
  Settings,
  ThumbsUp,
  Webhook,
  Workflow,
  Zap,
} from 'lucide-react';

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
    | '/settings';
  label: string;
  icon: LucideIcon;
  /** After `g`: goes there. */
  key: string;
}>;

/** The side bar, in its order; also what the command palette and the help list. */
export const navigation: readonly NavigationEntry[] = [
  { to: '/', label: 'Home', icon: House, key: 'h' },
  { to: '/workflows', label: 'Workflows', icon: Workflow, key: 'w' },
  { to: '/runs', label: 'Runs', icon: Play, key: 'r' },
  { to: '/approvals', label: 'Approvals', icon: ThumbsUp, key: 'a' },
  { to: '/schedules', label: 'Schedules', icon: CalendarClock, key: 's' },
  { to: '/webhooks', label: 'Webhooks', icon: Webhook, key: 'b' },
  { to: '/events', label: 'Events', icon: Zap, key: 'e' },
  { to: '/workers', label: 'Workers', icon: Cpu, key: 'k' },
  { to: '/limits', label: 'Queues and limits', icon: Gauge, key: 'l' },
  { to: '/workspaces', label: 'Workspaces', icon: FolderGit2, key: 'p' },
  { to: '/packs', label: 'Packs', icon: Package, key: 'm' },
  { to: '/secrets', label: 'Secrets', icon: KeyRound, key: 'y' },
  { to: '/cache', label: 'Cache', icon: Database, key: 'c' },
  { to: '/settings', label: 'Settings', icon: Settings, key: ',' },
];
