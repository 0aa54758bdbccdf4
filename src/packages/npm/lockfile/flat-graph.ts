import { ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { Fields } from './fields.js';
import { checkSize, type LockGraph, type LockNode } from './graph.js';
import { isJsonObject, type JsonObject, ownValue } from './json.js';
import { enclosingLocation, type Location, parseLocation, plainPath } from './location.js';

interface Placed {
  node: LockNode;
  location: string;
  parsed: Location;
}

/** Reads `packages` of lock file versions 2 and 3. Throws `ValidationError`, `InvalidFileFormat` naming the entry. */
export function flatGraph(packages: JsonObject, file: string): LockGraph {
  const keys = Object.keys(packages);
  checkSize(keys.length, file);
  const root = newNode(fieldsAt(packages, '', file), '');
  const byLocation = new Map<string, LockNode>([['', root]]);
  const placed = keys.filter((key) => key !== '').map((key) => placeEntry(packages, key, file));
  for (const { node, location } of placed) byLocation.set(location, node);
  for (const each of placed) connect(each, byLocation);
  return { form: 'flat', root, nodes: placed.map(({ node }) => node) };
}

function placeEntry(packages: JsonObject, location: string, file: string): Placed {
  const fields = fieldsAt(packages, location, file);
  const parsed = parseLocation(location, () => `"packages" in ${file}`);
  const node = newNode(fields, parsed.name);
  if (fields.flag('link')) node.link = { path: linkedPath(fields) };
  else if (parsed.kind === 'folder') node.folder = location;
  return { node, location, parsed };
}

function connect({ node, location, parsed }: Placed, byLocation: ReadonlyMap<string, LockNode>): void {
  const enclosing = enclosingLocation(location, parsed);
  node.parent = nearest(enclosing, byLocation);
  if (parsed.kind === 'installed') byLocation.get(enclosing)?.children.set(parsed.name, node);
  if (node.link !== undefined) node.link.target = byLocation.get(node.link.path);
}

/** The place at a location, or the nearest one around it. */
function nearest(location: string, byLocation: ReadonlyMap<string, LockNode>): LockNode | undefined {
  let at = location;
  while (!byLocation.has(at)) at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
  return byLocation.get(at);
}

function linkedPath(fields: Fields): string {
  const target = fields.text('resolved');
  if (target === undefined) throw new ValidationError(`${fields.place()} is a link without "resolved".`);
  const path = plainPath(target);
  // The empty path is the package itself.
  if (path !== '') parseLocation(path, fields.place);
  return path;
}

function fieldsAt(packages: JsonObject, location: string, file: string): Fields {
  const value = ownValue(packages, location) ?? (location === '' ? {} : undefined);
  const place = (): string => `packages[${quote(location)}] in ${file}`;
  if (!isJsonObject(value)) throw new ValidationError(`${place()} must be an object.`);
  return new Fields(value, place);
}

function newNode(fields: Fields, key: string): LockNode {
  return { fields, key, parent: undefined, children: new Map() };
}
