/** Signals a whole process group, by the number of the process that leads it. */
export function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // It may be gone already, which is what is wanted. One that became another user's is for its parent.
  }
}
