import { isObject, type JsonObject } from '../../components/form/form-field.ts';

export type PackItems = Readonly<{ pack: string; actions: readonly string[]; workflows: readonly string[] }>;

/** What of packs is among the definitions: it carries the name of its pack, `core.notify`. */
export function packItems(definitions: JsonObject): readonly PackItems[] {
  const [actions, workflows] = [namesIn(definitions, 'actions'), namesIn(definitions, 'workflows')];
  const packs = [...new Set([...actions, ...workflows].map(packOf))].sort();
  return packs.map((pack) => ({
    pack,
    actions: actions.filter((name) => packOf(name) === pack),
    workflows: workflows.filter((name) => packOf(name) === pack),
  }));
}

function namesIn(definitions: JsonObject, section: string): readonly string[] {
  const entries = definitions[section];
  return isObject(entries) ? Object.keys(entries).filter((name) => name.includes('.')) : [];
}

const packOf = (name: string): string => name.slice(0, name.indexOf('.'));
