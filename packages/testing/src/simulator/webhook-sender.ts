import { setTimeout as delayFor } from "node:timers/promises";
import { signPayload } from "@jobber-sync/core/signature";
import type { SimulatedEvent } from "./account.ts";
import type { Random } from "./random.ts";

/** How deliveries go astray on their way. Probabilities are 0 to 1. */
export interface WebhookDisorder {
  /** A delivery is sent again, verbatim. @default 0 */
  readonly duplicate: number;
  /** One action tells its topic two or three times, with times a second apart (F2.3). @default 0 */
  readonly repeat: number;
  /** A delivery is lost for good. @default 0 */
  readonly drop: number;
  /** A delivery is held back until a later {@link WebhookSender.flush}. @default 0 */
  readonly delay: number;
  /** A delivery is overtaken by up to so many later ones. @default 0 */
  readonly reorder: number;
}

/** One request that was sent, or lost. */
export interface SentWebhook {
  readonly event: SimulatedEvent;
  /** HTTP status; `null`: no answer within the time-out, or no connection. */
  readonly status: number | null;
  /** Milliseconds until the response. */
  readonly durationMs: number;
}

/** How webhooks are sent. */
export interface WebhookSenderOptions {
  readonly clientSecret: string;
  readonly appId: string;
  /** Which key the event's time has: `occuredAt` for apps created before 8 December 2023 (F1.2). */
  readonly timeSpelling: "occurredAt" | "occuredAt";
  /** Milliseconds after which Jobber gives up on an response (F2.1). */
  readonly timeoutMs: number;
  /** How often a delivery without a 2xx is sent again. Jobber publishes no number (F2.2). */
  readonly retries: number;
  readonly random: Random;
}

/** Sends the events of accounts to their endpoints. */
export interface WebhookSender {
  /** How deliveries go astray; may be changed at any time. */
  readonly disorder: { -readonly [K in keyof WebhookDisorder]: WebhookDisorder[K] };
  /** Sends the account's events to `url` from now on; `null`: nowhere. */
  subscribe(accountId: string, url: string | null): void;
  /** Deliveries that wait to be sent. */
  readonly waiting: number;
  /** Everything that was sent so far. */
  readonly sent: readonly SentWebhook[];
  /** How many deliveries were lost on purpose. */
  readonly dropped: number;
  /** How many deliveries still had no 2xx when they were given up. */
  readonly givenUp: number;
  /**
   * Sends what waits, `burst` at a time, and resolves when each has its response or was given up. What `disorder.delay` holds back is left
   * for the next time.
   *
   * @param burst requests at one time. @default 8
   */
  flush(burst?: number): Promise<void>;
  /** Sends one event now, in order and as it is. */
  send(event: SimulatedEvent): Promise<SentWebhook>;
  /** @internal Takes an event from an account. */
  queue(event: SimulatedEvent): void;
}

// Jobber publishes no schedule (F2.2): short enough for a test.
const RETRY_PAUSE_MS = 50;
const MAX_RETRY_PAUSE_MS = 500;

/** Makes the sender of one app. */
export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
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

  return {
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
    queue(event) {
      if (!urls.has(event.accountId)) return;
      const times = random.chance(disorder.repeat) ? random.integer(2, 3) : 1;
      for (let n = 0; n < times; n++) {
        const told = n === 0 ? event : { ...event, occurredAt: secondsLater(event.occurredAt, n) };
        if (random.chance(disorder.drop)) {
          dropped += 1;
          continue;
        }
        put(told);
        if (random.chance(disorder.duplicate)) put(told);
      }
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
}

/** The body of a webhook: one event, in the order of keys that Jobber's documentation shows (F1.1). */
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
