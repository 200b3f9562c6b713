export { type History, type HistoryOptions, runHistory } from './run-history.ts';
