import { Outlet, useRouterState } from '@tanstack/react-router';
import { Menu as MenuIcon, Search, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { SignInOverlay } from '../features/sign-in/sign-in-overlay.tsx';
import { IconButton } from './button.tsx';
import { CommandPalette } from './command-palette.tsx';
import { HelpOverlay } from './help-overlay.tsx';
import { Sidebar } from './sidebar.tsx';

/** Side bar and content. On narrow screens the side bar comes out of the top bar. */
export function Layout() {
  const [menuOpen, setMenuOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the menu
  useEffect(() => setMenuOpen(false), [path]);
  const openPalette = () => setPaletteOpen(true);
  // Whoever comes by a one-time link is not known yet, so nothing else is shown.
  if (path === '/set-up' || path === '/set-password') {
    return (
      <main className="min-h-full">
        <Outlet />
      </main>
    );
  }
  // Whoever lets a command line in came for that and nothing else.
  if (path === '/login') {
    return (
      <main className="min-h-full">
        <Outlet />
        <SignInOverlay />
      </main>
    );
  }
  return (
    <div className="min-h-full md:pl-52">
      <a
        href="#content"
        className="sr-only rounded-md bg-raised px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-20 flex h-12 items-center justify-between border-b bg-surface px-2 md:hidden">
        <IconButton label={menuOpen ? 'Close the menu' : 'Open the menu'} onClick={() => setMenuOpen(!menuOpen)}>
          {menuOpen ? <X /> : <MenuIcon />}
        </IconButton>
        <span className="font-semibold">Millrace</span>
        <IconButton label="Search" onClick={openPalette}>
          <Search />
        </IconButton>
      </header>
      <aside
        aria-label="Side bar"
        className={`fixed inset-y-0 left-0 z-30 w-52 max-md:top-12 ${menuOpen ? '' : 'max-md:hidden'}`}
      >
        <Sidebar onSearch={openPalette} />
      </aside>
      <main id="content" className="min-h-full bg-ground">
        <Outlet />
      </main>
      <CommandPalette open={paletteOpen} onOpenChange={setPaletteOpen} />
      <HelpOverlay />
      <SignInOverlay />
    </div>
  );
}
