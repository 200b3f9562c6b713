import type { Peer } from './peer.ts';

export const peers: readonly Peer[] = [];
