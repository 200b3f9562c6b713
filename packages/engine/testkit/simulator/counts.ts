const names = [
  'events',
  'commits',
  'conflicts',
  'runs',
  'childRuns',
  'runsSucceeded',
  'runsFailed',
  'runsCancelled',
  'runsTimedOut',
  'attempts',
  'retries',
  'items',
  'iterations',
  'timersFired',
  'workersLost',
  'stepTimeouts',
  'queueTimeouts',
  'staleResults',
  'startKeysReused',
  'answers',
  'answersRefused',
  'approvalsGiven',
  'approvalsRejected',
  'approvalsTimedOut',
  'escalations',
  'cancellations',
  'forcedCancellations',
  'pauses',
  'pausesRefused',
  'resumptions',
  'pausedWithParent',
  'workHeld',
  'lostStoreRequests',
  'lostStoreAnswers',
  'lostCommitAnswers',
  'outages',
  'lostCalls',
  'lostCallAnswers',
  'duplicatedCalls',
  'hintsLost',
  'hintsDuplicated',
  'serverCrashes',
  'serverStops',
  'workerCrashes',
  'workerStops',
  'silences',
  'serverSwitches',
  'givenBack',
  'messagesDelivered',
  'messagesRedelivered',
] as const;

type CountName = (typeof names)[number];
/** How often each thing was exercised, so that nobody takes "no violation" for more than it is. */
export type Counts = Record<CountName, number>;

export const newCounts = (): Counts => Object.fromEntries(names.map((name) => [name, 0])) as Counts;

export function addCounts(total: Counts, more: Counts): void {
  for (const name of names) total[name] += more[name];
}
