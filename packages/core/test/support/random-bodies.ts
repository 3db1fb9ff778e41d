import { seededRandom } from "@jobber-sync/testing/contracts";

type Pick = <T>(list: readonly T[]) => T;

const TOPICS = ["JOB_CREATE", "CLIENT_UPDATE", "VISIT_DESTROY", "APP_DISCONNECT", "SOMETHING_NEW"];
const EVENTS = ["job.created", "job.updated", "job.completed", "job.deleted", "client.created"];
const IDS = [
  "Z2lkOi8vSm9iYmVyL0pvYi8xNDY2NTAxNDI=",
  "Z2lkOi8vSm9iYmVyL0pvYi8xNDY2NTAxNDI",
  "MQ==",
  "MQ",
  "123",
  123,
  -0,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  1.5,
];
const TEXTS = [
  "Lawn Service",
  "Zoë 🌱",
  "",
  " \t",
  "\u00a0",
  " x",
  "a\u0000b",
  "\u0000",
  "\ud800",
  "x\udfff",
  "x".repeat(255),
  "x".repeat(256),
  "🌱".repeat(128),
  "line\nbreak",
  "\u007f",
];
const TIMES = [
  "2026-01-25T10:00:00Z",
  "2026-01-25T10:00:00-06:00",
  "2026-12-31T23:30:00-01:00",
  "2026-01-01 00:10:00+05:45",
  "2024-02-29t23:59:59.123456789z",
  "2026-01-25T10:00:00.100Z",
  "2026-01-25T10:00:00.000000Z",
  "2026-01-25T10:00:00.Z",
  "2025-02-29T10:00:00Z",
  "2026-04-31T10:00:00Z",
  "0000-01-01T00:00:00Z",
  "0001-01-01T00:00:00+00:01",
  "9999-12-31T23:59:59-00:01",
  "2026-01-25T24:00:00Z",
  "2026-01-25T10:00:60Z",
  "2026-01-25T10:00:00+24:00",
  "2026-01-25T10:00:00",
  "2026-01-25T10:00:00Z ",
  "2026-01-25_10:00:00Z",
  "2026-01-25T10.00:00Z",
  "2026-01-25T10:00.00Z",
  "2026-01/25T10:00:00Z",
  "2026-01-25T10:00:00-06.00",
  "2026-01-25T1a:00:00Z",
  "2099-01-01T00:00:00Z",
  "yesterday",
];
const NUMBERS = [0, 185.5, -3, "12", "-1.50", "1e3", "", "9".repeat(400), 1e308, 2 ** 60];
const ODD = [null, true, [], {}, [1], { id: "1" }, 42, "text"];

const ENVELOPE = {
  topic: [...TOPICS, ...TEXTS],
  appId: TEXTS,
  accountId: IDS,
  itemId: IDS,
  occurredAt: TIMES,
  occuredAt: TIMES,
};
const CLIENT = ["name", "first_name", "last_name", "company_name", "email", "phone", "web_uri"];
const ADDRESS = ["street", "city", "state", "postal_code", "country"];
const JOB = {
  id: IDS,
  job_number: NUMBERS,
  job_type: TEXTS,
  title: TEXTS,
  status: TEXTS,
  scheduled_at: TIMES,
  ends_at: TIMES,
  completed_at: TIMES,
  total: NUMBERS,
  web_uri: TEXTS,
  updated_at: TIMES,
};

/** Creates a generator of bodies: events, and events with one part that is missing or wrong. */
export function createRandomBodies(seed: number): () => Uint8Array {
  const random = seededRandom(seed);
  const chance = (share: number) => random() < share;
  const pick: Pick = (list) => list[Math.floor(random() * list.length)] as (typeof list)[number];

  /** Chooses members. Each may be absent, or of another type. */
  function members(choices: Readonly<Record<string, readonly unknown[]>>): Record<string, unknown> {
    const chosen = Object.entries(choices).flatMap(([name, values]) =>
      chance(0.1) ? [] : [[name, chance(0.05) ? pick(ODD) : sample(values)]],
    );
    return Object.fromEntries(chosen);
  }
  /** Prefers the first value, the usual one, so that many bodies are valid. */
  function sample(values: readonly unknown[]): unknown {
    return chance(0.6) ? values[0] : pick(values);
  }
  function texts(names: readonly string[]): Record<string, unknown> {
    return members(Object.fromEntries(names.map((name) => [name, TEXTS])));
  }
  function address(): unknown {
    return chance(0.1) ? pick(ODD) : texts(ADDRESS);
  }
  function client(): Record<string, unknown> {
    return {
      ...members({ id: IDS }),
      ...texts(CLIENT),
      ...(chance(0.5) && { address: address() }),
    };
  }
  function event(): unknown {
    if (chance(0.4))
      return { data: { webHookEvent: chance(0.02) ? pick(ODD) : members(ENVELOPE) } };
    const parts = { client: chance(0.1) ? pick(ODD) : client(), address: address() };
    const data = chance(0.7) ? { ...members(JOB), ...(chance(0.8) && parts) } : client();
    const name = chance(0.9) ? pick(EVENTS) : pick(TEXTS);
    return { event: name, data, ...members({ occurred_at: TIMES, extra: ODD }) };
  }

  return () => {
    const body = chance(0.01) ? pick<unknown>(ODD) : event();
    const bytes = Buffer.from(`${chance(0.05) ? "\uFEFF" : ""}${JSON.stringify(body)}`);
    // A cut or changed byte leaves JSON that differs slightly, or none.
    if (chance(0.05)) return bytes.subarray(0, Math.floor(random() * bytes.length));
    if (chance(0.05)) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    return bytes;
  };
}
