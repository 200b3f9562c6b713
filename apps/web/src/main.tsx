import './styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LiveProvider } from './api/live-provider.tsx';
import { queries, router } from './app/router.tsx';
import { styleNonce } from './app/style-nonce.ts';
import { applyTheme, readTheme } from './app/theme.ts';
import { ClockProvider } from './components/clock.tsx';
import { ToastProvider } from './components/toast.tsx';

applyTheme(readTheme());
const nonce = styleNonce();
if (nonce !== undefined) setNonce(nonce);

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LiveProvider>
        <ClockProvider>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </ClockProvider>
      </LiveProvider>
    </QueryClientProvider>
  </StrictMode>,
);
