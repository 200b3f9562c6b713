import { offersOf } from '@millrace/definition';
import type { FoundPack } from './resolve-packs.ts';

/** A pack in plain words: what it is, where it comes from, how firmly it is held, what it offers. */
export function describePack({ manifest, use, hash, locked, pinned, lock, definitions }: FoundPack) {
  const { place } = use;
  const source =
    place.kind === 'git'
      ? `${place.url}${place.ref === null ? '' : ` at ${place.ref}`}${place.path === '' ? '' : `, folder ${place.path}`}`
      : place.kind === 'folder'
        ? place.path
        : 'built in';
  const { name, version, description } = manifest;
  return {
    name,
    version,
    description,
    source,
    commit: lock?.commit ?? null,
    hash,
    locked,
    pinned,
    ...offersOf(definitions),
  };
}
