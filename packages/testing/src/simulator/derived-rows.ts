import type { SimulatedClient, SimulatedJob } from "./records.ts";

/** The order of a list. */
export interface Sort {
  readonly key: string;
  readonly direction: "ASCENDING" | "DESCENDING";
}

type Derived = Map<string | ((record: never) => string), unknown>;

// What is derived from an array of rows is kept as long as the array: a page of a large account
// would otherwise sort and group all of its records.
const derived = new WeakMap<readonly object[], Derived>();

/** Returns the rows whose parent has the given id. */
export function rowsBelow<T extends object>(
  rows: readonly T[],
  id: string,
  parentOf: (row: T) => string,
): readonly T[] {
  const groups = once(rows, parentOf, () => grouped(rows, parentOf));
  return groups.get(id) ?? [];
}

/** Returns clients or jobs in an order; unchanged without one. */
export function sorted<T extends SimulatedClient | SimulatedJob>(
  rows: readonly T[],
  sort: Sort | null | undefined,
): readonly T[] {
  if (sort === undefined || sort === null) return rows;
  const sign = sort.direction === "DESCENDING" ? -1 : 1;
  return once(rows, `${sort.key} ${sort.direction}`, () => {
    const keyed = rows.map((row) => ({ row, key: keyOf(row, sort) }));
    keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0));
    return keyed.map(({ row }) => row);
  });
}

/** Returns Jobber's primary name of a client: the company's name for a company. */
export function clientName({
  isCompany,
  companyName,
  firstName,
  lastName,
}: SimulatedClient): string {
  const person = `${firstName} ${lastName}`.trim();
  return (isCompany ? companyName || person : person || companyName) ?? "";
}

function keyOf(row: SimulatedClient | SimulatedJob, { key }: Sort): string | number {
  if (key === "JOB_NUMBER" && "jobNumber" in row) return row.jobNumber;
  if (key === "PRIMARY_NAME" && "firstName" in row) return clientName(row);
  return Date.parse(row.updatedAt);
}

function grouped<T>(rows: readonly T[], parentOf: (row: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(parentOf(row));
    if (group === undefined) groups.set(parentOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

function once<T>(
  rows: readonly object[],
  name: string | ((record: never) => string),
  derive: () => T,
): T {
  const known: Derived = derived.get(rows) ?? new Map();
  if (known.has(name)) return known.get(name) as T;
  const value = derive();
  derived.set(rows, known.set(name, value));
  return value;
}
