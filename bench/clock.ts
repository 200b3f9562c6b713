/** Milliseconds of a clock that all processes of this machine share, so that a worker's moments compare with its server's. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;
