import { setTimeout as delayFor } from "node:timers/promises";
import { signPayload } from "@jobber-sync/core/signature";
import type { Random } from "../random/create-random.ts";
import type { SimulatedEvent } from "./account.ts";

/** Probabilities, from 0 to 1, of what can happen to a delivery on its way. */
export interface WebhookDisorder {
  /** A delivery is sent twice. @default 0 */
  readonly duplicate: number;
  /**
   * One change sends two or three events, with times one second apart. See
   * docs/jobber-facts.md#repeated-deliveries.
   *
   * @default 0
   */
  readonly repeat: number;
  /** A delivery is lost. @default 0 */
  readonly drop: number;
  /** A delivery is delayed until a later {@link WebhookSender.flush}. @default 0 */
  readonly delay: number;
  /** Not a probability: how many later deliveries can overtake a delivery. @default 0 */
  readonly reorder: number;
}

/** A request that was sent. */
export interface SentWebhook {
  readonly event: SimulatedEvent;
  /** HTTP status; `null` after a time-out or a failed connection. */
  readonly status: number | null;
  /** Time until the response. Milliseconds. */
  readonly durationMs: number;
}

/** Options for {@link createWebhookSender}. */
export interface WebhookSenderOptions {
  readonly clientSecret: string;
  readonly appId: string;
  /** The name of the member that holds the time. See docs/jobber-facts.md#occurred-at. */
  readonly timeSpelling: "occurredAt" | "occuredAt";
  /** Time limit for a response. Milliseconds. See docs/jobber-facts.md#delivery-rules. */
  readonly timeoutMs: number;
  /** Number of retries of a delivery without a 2xx. Jobber documents no number. */
  readonly retries: number;
  readonly random: Random;
}

/** Sends the events of accounts to their webhook endpoints. */
export interface WebhookSender {
  /** Disorder of the deliveries; can be changed at any time. */
  readonly disorder: { -readonly [K in keyof WebhookDisorder]: WebhookDisorder[K] };
  /** Sends the account's events to `url` from now on; `null` stops sending them. */
  subscribe(accountId: string, url: string | null): void;
  /** Number of deliveries waiting to be sent. */
  readonly waiting: number;
  /** Every request sent so far. */
  readonly sent: readonly SentWebhook[];
  /** Number of deliveries lost through `disorder.drop`. */
  readonly dropped: number;
  /** Number of deliveries without a 2xx after the last retry. */
  readonly givenUp: number;
  /**
   * Sends the waiting deliveries and resolves when each one has its 2xx or its last retry has
   * failed. Deliveries that `disorder.delay` holds back wait for the next flush.
   *
   * @param burst number of concurrent requests. @default 8
   */
  flush(burst?: number): Promise<void>;
  /** Sends one event at once, without disorder and without retries. */
  send(event: SimulatedEvent): Promise<SentWebhook>;
}

// Jobber documents no schedule; these are short enough for tests.
const RETRY_PAUSE_MS = 50;
const MAX_RETRY_PAUSE_MS = 500;

/** Creates the sender of one app. `queue` adds an event of an account to the waiting deliveries. */
export function createWebhookSender(options: WebhookSenderOptions): {
  readonly sender: WebhookSender;
  readonly queue: (event: SimulatedEvent) => void;
} {
  const { random } = options;
  const urls = new Map<string, string>();
  const sent: SentWebhook[] = [];
  const disorder = { duplicate: 0, repeat: 0, drop: 0, delay: 0, reorder: 0 };
  let waiting: { readonly event: SimulatedEvent; readonly place: number }[] = [];
  let place = 0;
  let dropped = 0;
  let givenUp = 0;

  function put(event: SimulatedEvent): void {
    place += 1;
    waiting.push({ event, place: place + random.next() * disorder.reorder });
  }

  async function post(event: SimulatedEvent, url: string): Promise<SentWebhook> {
    const body = webhookBody(event, options);
    const begin = performance.now();
    const done = (status: number | null): SentWebhook => {
      const entry = { event, status, durationMs: performance.now() - begin };
      sent.push(entry);
      return entry;
    };
    try {
      const response = await fetch(url, {
        method: "POST",
        redirect: "manual",
        headers: {
          "content-type": "application/json",
          "x-jobber-hmac-sha256": signPayload(body, options.clientSecret),
        },
        body,
        signal: AbortSignal.timeout(options.timeoutMs),
      });
      await response.arrayBuffer();
      return done(response.status);
    } catch {
      return done(null);
    }
  }

  async function deliver(event: SimulatedEvent, url: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      const { status } = await post(event, url);
      if (status !== null && status >= 200 && status < 300) return;
      if (tries > options.retries) break;
      await delayFor(Math.min(MAX_RETRY_PAUSE_MS, RETRY_PAUSE_MS * tries));
    }
    givenUp += 1;
  }

  function queue(event: SimulatedEvent): void {
    if (!urls.has(event.accountId)) return;
    const times = random.chance(disorder.repeat) ? 2 + random.int(2) : 1;
    for (let n = 0; n < times; n++) {
      const repeated =
        n === 0 ? event : { ...event, occurredAt: secondsLater(event.occurredAt, n) };
      if (random.chance(disorder.drop)) {
        dropped += 1;
        continue;
      }
      put(repeated);
      if (random.chance(disorder.duplicate)) put(repeated);
    }
  }

  const sender: WebhookSender = {
    disorder,
    sent,
    get waiting() {
      return waiting.length;
    },
    get dropped() {
      return dropped;
    },
    get givenUp() {
      return givenUp;
    },
    subscribe(accountId, url) {
      if (url === null) urls.delete(accountId);
      else urls.set(accountId, url);
    },
    async flush(burst = 8) {
      const held = new Set(waiting.filter(() => random.chance(disorder.delay)));
      const batch = waiting.filter((one) => !held.has(one)).sort((a, b) => a.place - b.place);
      waiting = [...held];
      const rest = batch.values();
      const lane = async (): Promise<void> => {
        for (const { event } of rest) {
          const url = urls.get(event.accountId);
          if (url !== undefined) await deliver(event, url);
        }
      };
      await Promise.all(Array.from({ length: burst }, lane));
    },
    send(event) {
      const url = urls.get(event.accountId);
      if (url === undefined)
        throw new RangeError("The account has no webhook URL: call subscribe first.");
      return post(event, url);
    },
  };
  return { sender, queue };
}

/**
 * Returns the body of a webhook, with its members in the order that Jobber's documentation shows.
 */
function webhookBody(
  { topic, accountId, itemId, occurredAt }: SimulatedEvent,
  { appId, timeSpelling }: Pick<WebhookSenderOptions, "appId" | "timeSpelling">,
): string {
  return JSON.stringify({
    data: { webHookEvent: { topic, appId, accountId, itemId, [timeSpelling]: occurredAt } },
  });
}

function secondsLater(time: string, seconds: number): string {
  return `${new Date(Date.parse(time) + seconds * 1000).toISOString().slice(0, 19)}Z`;
}
