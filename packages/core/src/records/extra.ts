/** A value that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** The user-chosen part of a record: JSON, by the names of the selection. */
export interface Extra {
  readonly [name: string]: JsonValue;
}

/**
 * The types of `extra` per record type, for the generics of `createJobberApi`, `createWorker` and
 * `createJobberSync`.
 */
export interface RecordExtras {
  readonly job: object;
  readonly client: object;
}

/** The types of `extra` while no others are given. */
export interface AnyExtras extends RecordExtras {
  readonly job: Extra;
  readonly client: Extra;
}

/**
 * Returns JSON in canonical form, so that equal content is equal text: keys sorted, and lists of
 * objects that each have an `id` sorted by it, because Jobber promises no order for them. U+FFFD
 * replaces NUL and lone surrogates, which databases reject. Pure.
 *
 * @throws {TypeError} for a value that JSON cannot hold, such as a bigint
 */
export function canonicalExtra<E extends object>(extra: E): E {
  return canonical(extra) as E;
}

function canonical(value: unknown): JsonValue {
  switch (typeof value) {
    case "string":
      return storable(value);
    case "boolean":
      return value;
    case "number":
      // Adding 0 turns -0 into 0: databases do not distinguish them.
      return Number.isFinite(value) ? value + 0 : null;
    case "object": {
      if (value === null) return null;
      if (Array.isArray(value)) return sortedById(value.map(canonical));
      return sortedByName(value);
    }
    default:
      throw new TypeError(`extra contains a ${typeof value}, which JSON cannot hold.`);
  }
}

function sortedByName(value: object): JsonValue {
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => [storable(name), canonical(member)] as const);
  // fromEntries defines its properties, so a member named __proto__ stays a member.
  return Object.fromEntries(entries.sort(([a], [b]) => compare(a, b)));
}

function sortedById(list: readonly JsonValue[]): readonly JsonValue[] {
  const ids = list.map(idOf);
  if (ids.includes(null)) return list;
  return list.toSorted((a, b) => compare(idOf(a) ?? "", idOf(b) ?? ""));
}

function idOf(value: JsonValue): string | null {
  if (typeof value !== "object" || value === null || !("id" in value)) return null;
  return typeof value.id === "string" ? value.id : null;
}

function storable(text: string): string {
  return text.isWellFormed() && !text.includes("\u0000")
    ? text
    : text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Returns whether two values of a field are equal. JSON is compared by content: the order of keys
 * does not count.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        sameValue(a[name as keyof typeof a], b[name as keyof typeof b] as unknown),
    )
  );
}
