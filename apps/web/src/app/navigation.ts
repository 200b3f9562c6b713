import { CalendarClock, House, type LucideIcon, Play, ThumbsUp, Webhook, Workflow, Zap } from 'lucide-react';

export type NavigationEntry = Readonly<{
  /** An address of the router's table. */
  to: '/' | '/runs' | '/workflows' | '/approvals' | '/schedules' | '/webhooks' | '/events';
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
];
