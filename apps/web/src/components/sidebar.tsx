import { Link, useNavigate } from '@tanstack/react-router';
import { Monitor, Moon, Search, Sun } from 'lucide-react';
import { useState } from 'react';
import { useLive } from '../api/live-provider.tsx';
import { type NavigationEntry, useNavigation } from '../app/navigation.ts';
import { applyTheme, readTheme, type Theme, themes } from '../app/theme.ts';
import { AccountMenu } from './account-menu.tsx';
import { IconButton } from './button.tsx';
import { Kbd } from './kbd.tsx';
import { useShortcut } from './shortcuts.ts';
import { WorkspaceSwitch } from './workspace-switch.tsx';

export function Sidebar({ onSearch }: { onSearch: () => void }) {
  return (
    <div className="flex h-full flex-col border-r bg-surface">
      <div className="flex h-14 items-center gap-2 px-4 font-semibold max-md:hidden">
        <Mark />
        Millrace
      </div>
      <div className="space-y-2 px-2 max-md:pt-2">
        <button
          type="button"
          onClick={onSearch}
          className="flex h-8 w-full items-center gap-2 rounded-md border border-line-strong bg-ground px-2 text-soft text-sm hover:bg-hover"
        >
          <Search aria-hidden className="size-4" />
          <span className="flex-1 text-left">Search</span>
          <Kbd keys="mod+k" />
        </button>
        <WorkspaceSwitch />
      </div>
      <nav aria-label="Main" className="mt-2 flex-1 space-y-0.5 overflow-y-auto px-2">
        {useNavigation().map((entry) => (
          <NavigationLink key={entry.to} entry={entry} />
        ))}
      </nav>
      <div className="border-t p-2">
        <AccountMenu />
        <div className="flex items-center justify-between">
          <LiveMark />
          <ThemeSwitch />
        </div>
      </div>
    </div>
  );
}

function NavigationLink({ entry: { to, label, icon: Icon, key } }: { entry: NavigationEntry }) {
  const navigate = useNavigate();
  useShortcut({ keys: `g ${key}`, label: `Go to ${label}`, group: 'Everywhere' }, () => void navigate({ to }));
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      className="flex h-8 items-center gap-2 rounded-md px-2 font-medium text-sm text-soft hover:bg-hover hover:text-text data-[status=active]:bg-selected data-[status=active]:text-text"
    >
      <Icon aria-hidden className="size-4" />
      {label}
    </Link>
  );
}

/** Whether changes arrive by themselves. */
function LiveMark() {
  const { connected } = useLive();
  return (
    <span
      role="status"
      className="inline-flex items-center gap-2 px-2 text-soft text-xs"
      title={connected ? 'Changes show as they happen.' : 'No live connection: the page looks again every few seconds.'}
    >
      <span aria-hidden className={`size-2 rounded-full ${connected ? 'bg-good' : 'bg-wait'}`} />
      {connected ? 'live' : 'polling'}
    </span>
  );
}

const themeIcons = { system: Monitor, light: Sun, dark: Moon } as const;

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(readTheme);
  const Icon = themeIcons[theme];
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  return (
    <IconButton
      label={`Colours: ${theme}. Change to ${next}`}
      onClick={() => {
        applyTheme(next);
        setTheme(next);
      }}
    >
      <Icon />
    </IconButton>
  );
}

const Mark = () => (
  <svg
    aria-hidden="true"
    viewBox="0 0 32 32"
    className="size-5 text-accent"
    fill="none"
    stroke="currentColor"
    strokeWidth="3.5"
    strokeLinecap="round"
  >
    <path d="M4 10c4 0 4 4 8 4s4-4 8-4 4 4 8 4" />
    <path d="M4 20c4 0 4 4 8 4s4-4 8-4 4 4 8 4" />
  </svg>
);
