/** A tenant's webhooks: the last one per topic, and the pauses of the last two weeks. */
export interface WebhookRhythm {
  /** Time of the last delivery, by topic. Milliseconds since 1970. */
  readonly last: Readonly<Record<string, number>>;
  /** Days with deliveries, oldest first, each with the longest pause that ended on it. */
  readonly days: readonly (readonly [day: number, longestPauseMs: number])[];
}

/** A tenant's webhooks have paused for longer than usual. */
export interface Quiet {
  /** When the last one arrived. Milliseconds since 1970. */
  readonly since: number;
  /** The longest pause of the last two weeks. Milliseconds. */
  readonly usualMs: number;
}

export const NO_RHYTHM: WebhookRhythm = { last: {}, days: [] };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WINDOW_DAYS = 14;
// A tenant whose webhooks come on fewer days has no usual pause to compare with.
const BUSY_DAYS = 7;
const LEAST_PAUSE_MS = 6 * HOUR_MS;

/** Adds deliveries. Pure. */
export function addDeliveries(
  { last, days }: WebhookRhythm,
  deliveries: readonly { readonly at: number; readonly topic: string }[],
): WebhookRhythm {
  const topics: Record<string, number> = { ...last };
  const pauses = new Map(days);
  let latest = lastOf({ last, days });
  for (const { at, topic } of deliveries.toSorted((a, b) => a.at - b.at)) {
    topics[topic] = Math.max(topics[topic] ?? 0, at);
    const day = Math.floor(at / DAY_MS);
    const pause = latest === null ? 0 : Math.max(0, at - latest);
    pauses.set(day, Math.max(pauses.get(day) ?? 0, pause));
    latest = Math.max(latest ?? 0, at);
  }
  const oldest = Math.floor((latest ?? 0) / DAY_MS) - WINDOW_DAYS;
  const kept = [...pauses].filter(([day]) => day > oldest).sort(([a], [b]) => a - b);
  return { last: topics, days: kept };
}

/**
 * Returns since when a usually busy tenant is quiet: one with webhooks on at least seven of the
 * last 14 days, and none for twice the longest pause of that time, six hours at least. `null`
 * otherwise.
 * Pure.
 *
 * @param now milliseconds since 1970
 */
export function quietSince(rhythm: WebhookRhythm | null, now: number): Quiet | null {
  const since = rhythm === null ? null : lastOf(rhythm);
  if (rhythm === null || since === null || rhythm.days.length < BUSY_DAYS) return null;
  const usualMs = Math.max(LEAST_PAUSE_MS / 2, ...rhythm.days.map(([, pause]) => pause));
  return now - since > 2 * usualMs ? { since, usualMs } : null;
}

/** Reads what `JSON.stringify` made of a rhythm; `null` for anything else. */
export function parseRhythm(text: string | null): WebhookRhythm | null {
  if (text === null || text === "") return null;
  try {
    const { last, days }: Partial<WebhookRhythm> = JSON.parse(text);
    return typeof last === "object" && last !== null && Array.isArray(days) ? { last, days } : null;
  } catch {
    return null;
  }
}

function lastOf({ last }: WebhookRhythm): number | null {
  const times = Object.values(last);
  return times.length === 0 ? null : Math.max(...times);
}
