export type Theme = 'system' | 'light' | 'dark';
export const themes: readonly Theme[] = ['system', 'light', 'dark'];

const key = 'millrace.theme';

export function readTheme(): Theme {
  const stored = localStorage.getItem(key);
  return themes.find((theme) => theme === stored) ?? 'system';
}

/** Colours follow `color-scheme` (styles.css has both values of each). */
export function applyTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  document.documentElement.style.colorScheme = theme === 'system' ? 'light dark' : theme;
}
