import { CONTACT_FIELDS, JOB_FIELDS } from "@jobber-sync/core/ports";
import type { Random } from "../../../random/create-random.ts";
import {
  type History,
  type HistoryObject,
  type HistoryStep,
  type HistoryValue,
  type HistoryWrite,
  printTime,
} from "./history.ts";

const BASE_TIME = Date.parse("2026-01-25T10:00:00Z") * 1000;
const SECOND = 1_000_000;
// Few times, so that they collide: same second, same instant, a microsecond apart, across the
// border of a second.
const OFFSETS: readonly [number, ...number[]] = [
  0,
  0,
  1,
  500_000,
  SECOND - 1,
  SECOND,
  SECOND + 1,
  3600 * SECOND,
];

const BOOLEANS = new Set<string>(["isCompany", "isLead", "isArchived"]);
const NUMBERS = new Set<string>(["jobNumber", "total"]);

const OBJECTS: readonly [HistoryObject, ...HistoryObject[]] = [
  { kind: "job", id: "job-1" },
  { kind: "job", id: "job-2" },
  { kind: "contact", id: "contact-1" },
  { kind: "contact", id: "contact-2" },
];

/**
 * Creates one history of what webhooks, relays and retries do to a store, and worse: writes with
 * and without source times, in one second or a microsecond apart, the same body under a later
 * sequence, deletes, final and inferred, sightings and revives, fills, writes that lack fields, and
 * deliveries applied again after their mapping was fixed. In any order, with repeats, alone or
 * several in one change.
 */
export function makeHistory(random: Random): History {
  const objects = random.chance(0.7) ? [random.pick(OBJECTS)] : random.shuffle(OBJECTS).slice(0, 2);
  const fields = {
    job: random.shuffle(JOB_FIELDS).slice(0, 3),
    contact: random.shuffle(CONTACT_FIELDS).slice(0, 3),
  };
  const writes: HistoryWrite[] = [];
  const count = 2 + random.int(6);
  for (let sequence = 1; sequence <= count; sequence += 1) {
    const [object = OBJECTS[0]] = random.shuffle(objects);
    const known = writes.filter(({ kind, id }) => kind === object.kind && id === object.id);
    const before = known[random.int(known.length)];
    if (before !== undefined && random.chance(0.25)) writes.push({ ...before, sequence });
    else writes.push(makeWrite(random, object, fields[object.kind], sequence));
  }
  return arrange(random, [...writes, ...mendedWrites(random, writes)]);
}

function makeWrite(
  random: Random,
  object: HistoryObject,
  names: readonly string[],
  sequence: number,
): HistoryWrite {
  const { kind, id } = object;
  if (random.chance(0.16)) {
    return {
      kind,
      id,
      sequence,
      mode: "delete",
      deletedAt: BASE_TIME + random.pick(OFFSETS),
      inferred: random.chance(0.5),
    };
  }
  const given = random.chance(0.5) ? names : names.filter(() => random.chance(0.5));
  return {
    kind,
    id,
    sequence,
    mode: random.chance(kind === "contact" ? 0.3 : 0.05) ? "fill" : "replace",
    time: random.chance(0.35) ? null : BASE_TIME + random.pick(OFFSETS),
    fields: Object.fromEntries(given.map((name) => [name, makeValue(random, name)])),
    seen: random.chance(0.3),
    revive: random.chance(0.08),
  };
}

// The first two are equal: the order of keys does not count.
const EXTRAS: readonly [HistoryValue, ...HistoryValue[]] = [
  { a: 1, b: { c: "é", d: null } },
  { b: { d: null, c: "é" }, a: 1 },
  { a: 2 },
  {},
];

function makeValue(random: Random, name: string): HistoryValue {
  if (random.chance(0.2)) return null;
  if (name === "extra") return random.pick(EXTRAS);
  if (BOOLEANS.has(name)) return random.chance(0.5);
  if (NUMBERS.has(name)) return random.int(3);
  if (name.endsWith("At")) return printTime(BASE_TIME + random.pick(OFFSETS));
  if (name === "status") return random.pick(["scheduled", "in_progress", "completed"]);
  return random.pick(["A", "B", "Zoë's 🌱"]);
}

/**
 * Same position, other content: a redrive after the mapping was fixed. The write applied last wins.
 */
function mendedWrites(random: Random, writes: readonly HistoryWrite[]): readonly HistoryWrite[] {
  return writes.flatMap((write) => {
    if (write.mode === "delete" || !random.chance(0.05)) return [];
    const fields = Object.keys(write.fields).map((name) => [name, makeValue(random, name)]);
    return [{ ...write, fields: Object.fromEntries(fields) }];
  });
}

function arrange(random: Random, writes: readonly HistoryWrite[]): History {
  const repeated = writes.flatMap((write) => (random.chance(0.25) ? [write, write] : [write]));
  const ordered = random.chance(0.25) ? repeated : random.shuffle(repeated);
  const steps: HistoryStep[] = [];
  while (ordered.length > 0) {
    const taken = ordered.splice(0, random.chance(0.25) ? 2 + random.int(2) : 1);
    steps.push({ writes: taken, deliveryKey: taken.map(deliveryKeyOf).join("+") });
  }
  return steps;
}

/**
 * Names a delivery by its content, as in production, never by sequence. Two changes of a record in
 * one second share a key, and A, B, A repeats the first key.
 */
function deliveryKeyOf(write: HistoryWrite): string {
  if (write.mode === "delete") return `DESTROY:${write.id}:${write.deletedAt}:${write.inferred}`;
  return write.time === null
    ? `${write.id}:${JSON.stringify(write.fields)}`
    : `UPDATE:${write.id}:${Math.floor(write.time / SECOND)}`;
}
