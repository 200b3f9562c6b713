import { type MapNode, mapAt, type SourceNode, textAt } from '../../yaml/source-node.ts';

const rootKeys = ['on_error', 'on_suspended', 'mcp_servers'];
const scriptKeys = ['script', 'source', 'runner', 'language', 'interpreter'];

/**
 * Whether a file is written for Strøm. Any construct that only Strøm has decides for the whole file; what both languages
 * share passes through the dialect unchanged, so a file may mix them.
 */
export function isStroem(root: SourceNode): boolean {
  if (root.kind !== 'map') return false;
  if (root.entries.has('tasks') && !root.entries.has('workflows')) return true;
  return (
    rootKeys.some((key) => root.entries.has(key)) ||
    some(mapAt(root, 'tasks'), (task) => task.entries.has('flow')) ||
    some(mapAt(root, 'triggers'), isStroemTrigger) ||
    some(mapAt(root, 'actions'), isStroemAction)
  );
}

function some(map: MapNode | undefined, test: (node: MapNode) => boolean): boolean {
  return [...(map?.entries.values() ?? [])].some(({ value }) => value.kind === 'map' && test(value));
}

function isStroemTrigger(trigger: MapNode): boolean {
  return ['scheduler', 'event_source'].includes(textAt(trigger, 'type') ?? '') || trigger.entries.has('task');
}

function isStroemAction(action: MapNode): boolean {
  const type = textAt(action, 'type');
  if (type === 'task' || type === 'agent') return true;
  if (type === 'script' && scriptKeys.some((key) => action.entries.has(key))) return true;
  if (type === 'approval' && action.entries.has('message')) return true;
  if (type === 'pod' && action.entries.has('pod')) return true;
  return wrappedProperties(action) !== null || some(mapAt(action, 'input'), (field) => field.entries.has('options'));
}

/** The fields of `output: { properties: {…} }`; null when the output is not wrapped so. */
export function wrappedProperties(action: MapNode): MapNode | null {
  const output = mapAt(action, 'output');
  const properties = mapAt(action, 'output', 'properties');
  if (output === undefined || properties === undefined || mapAt(properties, 'type') !== undefined) return null;
  // A parameter of our own that is called `properties` would have a type.
  return textAt(properties, 'type') === undefined && output.entries.size === 1 ? properties : null;
}
