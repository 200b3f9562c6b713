/** Log records as a worker writes them: `record('hello')`, `record('par', 'P')`. */
export const record = (text: string, flag: 'F' | 'P' = 'F', stream = 'stdout'): string =>
  `2026-11-21T09:30:00.123Z ${stream} ${flag} ${text}\n`;
