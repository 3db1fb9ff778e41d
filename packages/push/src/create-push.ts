import { setTimeout as delayFor } from "node:timers/promises";
import type { AcceptedIntent, Logger, StatusOverrides } from "@jobber-sync/core";
import {
  createDispatcher,
  type IncomingIntent,
  type ObjectRef,
  type Outbox,
  positiveInteger,
  type SyncStore,
  safeLogger,
} from "@jobber-sync/core/ports";
import type { PushAction, PushTarget } from "./actions/push-action.ts";
import type { PushObjectType } from "./documents/nodes.ts";
import { type Views, viewOf } from "./fields/views.ts";
import type { PushEvents, PushHooks } from "./hooks.ts";
import { buildIntent, type PushOptions } from "./intents/build-intent.ts";
import { createPlan, type PushPlan } from "./planning/create-plan.ts";
import type { Ask } from "./running/ask.ts";
import { readObject } from "./running/read-object.ts";
import type { PushRequest } from "./running/run-context.ts";
import { createRunObject } from "./running/run-object.ts";

/** Interval at which finished changes are deleted and long pauses ended. Milliseconds. */
const PURGE_MS = 3_600_000;

/** Options of {@link createPush}. */
export interface CreatePushOptions {
  readonly outbox: Outbox;
  /** The store of the records: numbers the reads that are written to it. */
  readonly store: Pick<SyncStore, "nextSequence">;
  /** Sends a document: `JobberApi.request`. */
  readonly request: PushRequest;
  /**
   * Waits until the tenant may send another request. With `createJobberSync`, pushes share the rate
   * limit of fetches.
   *
   * @default none
   */
  readonly beforeFetch?: ((tenant: string, signal: AbortSignal) => Promise<void>) | undefined;
  /**
   * Called with an object once Jobber has changed it, to have it read again: for properties and
   * visits, whose jobs change with them, and to confirm what Jobber returned.
   *
   * @default none
   */
  readonly refresh?: ((object: ObjectRef) => Promise<void>) | undefined;
  /** Maps Jobber's job statuses to yours, as for fetched records. */
  readonly statusOverrides?: StatusOverrides | undefined;
  readonly hooks?: PushHooks | undefined;
  /** @default the console */
  readonly logger?: Logger | undefined;
  /** Objects processed at the same time. @default 4 */
  readonly concurrency?: number | undefined;
  /** Duration for which the claims of a dead process last. Milliseconds. @default 15000 */
  readonly leaseMs?: number | undefined;
  /**
   * Time after the start of a send whose response was lost, before Jobber is looked at. At least
   * the lease, the time limit of a request, and the lag of Jobber's replicas. Milliseconds.
   *
   * @default 60000
   */
  readonly lookAfterMs?: number | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Milliseconds of a clock that is never set. @default performance.now */
  readonly monotonic?: (() => number) | undefined;
  /** 0 to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** The fields of an object, for a form and for `seen`. Result of `push.read`. */
export type ReadView<T extends PushObjectType> = Views[T];

/** A statement to run in a transaction of yours. */
export interface PreparedStatement {
  readonly sql: string;
  readonly values: readonly (string | number | bigint | null | Uint8Array)[];
}

/** An outbox whose transactions are synchronous. */
interface PreparingOutbox {
  prepare(intent: IncomingIntent): readonly PreparedStatement[];
}

/** Options of `push.read`. */
export interface ReadCallOptions {
  /** Whether to read a job's incomplete visits too, for `close`. @default false */
  readonly visits?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Pushes changes to Jobber. Call it to push; its methods read, plan and run. */
export interface Push {
  /**
   * Stores a change to make in Jobber. It is durable once the promise resolves, or once your
   * transaction commits, and is sent by a process in which `start` was called.
   *
   * @throws {TypeError} for a change that cannot work
   * @throws {JobberSyncError} `ERR_PUSH_KEY_REUSED`, `ERR_STORE…`
   */
  <View>(
    tenant: string,
    action: PushAction<View>,
    options?: PushOptions<View>,
  ): Promise<AcceptedIntent>;
  /**
   * Reads the fields of an object as Jobber has them now. Show them in your form, and pass them
   * back as `seen`.
   *
   * @returns `null` when Jobber has no such object, and for a name without an id yet
   * @throws {JobberSyncError} `ERR_API_…`
   */
  read<T extends PushObjectType>(
    tenant: string,
    target: PushTarget & { readonly objectType: T },
    options?: ReadCallOptions,
  ): Promise<ReadView<T> | null>;
  /**
   * Does everything that pushing the change would do, except storing and sending it.
   *
   * @throws {TypeError} for a change that cannot work
   * @throws {JobberSyncError} `ERR_API_…`
   */
  plan<View>(
    tenant: string,
    action: PushAction<View>,
    options?: PushOptions<View> & { readonly signal?: AbortSignal | undefined },
  ): Promise<PushPlan>;
  /**
   * Returns the statements that store a change, for a transaction of yours on the outbox's SQLite
   * file: run them in order, and commit. A key that belongs to another content makes one of them
   * fail.
   *
   * @throws {TypeError} for a change that cannot work, and for an outbox without `prepare`
   */
  prepare<View>(
    tenant: string,
    action: PushAction<View>,
    options?: PushOptions<View>,
  ): readonly PreparedStatement[];
  /** The stored changes: list them, and resolve those that wait for a person. */
  readonly outbox: Outbox;
  /**
   * Starts sending, and deletes changes 90 days after they were done. Has no effect while started.
   */
  start(): void;
  /**
   * Stops sending and resolves once active runs have ended.
   *
   * @param options.graceMs time after which they are ended. Milliseconds. @default 10000
   */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
  /** Processes what is due, until nothing is. @returns the number of runs */
  drain(): Promise<number>;
}

/**
 * Creates the pusher of an outbox. Any number of processes may run one on the same outbox.
 *
 * @throws {TypeError} for invalid options
 *
 * @example
 * ```ts
 * import { contact, createPush } from "@jobber-sync/push";
 * import { createMemoryOutbox, createMemoryStore } from "@jobber-sync/core";
 *
 * const store = createMemoryStore();
 * const outbox = createMemoryOutbox({ store });
 * const push = createPush({ outbox, store, request: async () => ({}) as never });
 * await push("acme", contact("lead-812").create({ firstName: "Ann", email: "ann@example.com" }));
 * ```
 */
export function createPush(options: CreatePushOptions): Push {
  const { outbox, store, request, now = Date.now } = options;
  const logger = safeLogger(options.logger);
  const concurrency = positiveInteger("concurrency", options.concurrency ?? 4);
  const leaseMs = positiveInteger("leaseMs", options.leaseMs ?? 15_000);
  const lookAfterMs = positiveInteger("lookAfterMs", options.lookAfterMs ?? 60_000);
  const beforeFetch = options.beforeFetch ?? (async () => {});
  const onError = (error: unknown): void => logger.error({ error }, "outbox unavailable, retrying");
  const context = {
    ...{ outbox, store, request, beforeFetch, logger, leaseMs, lookAfterMs, now },
    statusOverrides: options.statusOverrides,
    monotonic: options.monotonic ?? (() => performance.now()),
    random: options.random ?? Math.random,
  };
  const emit = createDispatcher<PushEvents>({ hooks: options.hooks ?? {}, logger });
  const refresh = options.refresh ?? (async () => {});
  const runObject = createRunObject({ ...context, emit, onError, refresh });
  let session: { stop: AbortController; abort: AbortController; listening: Promise<void> } | null =
    null;

  async function idOf(tenant: string, target: PushTarget): Promise<string | null> {
    const { id, ref, objectType } = target;
    if (id !== null || ref === null) return id;
    return (await outbox.links(tenant, [{ objectType, ref }]))[0]?.objectId ?? null;
  }

  const askFor =
    (tenant: string, signal = new AbortController().signal): Ask =>
    async (document, variables) => {
      await beforeFetch(tenant, signal);
      return request(tenant, document, variables, { signal });
    };

  const methods: Omit<Push, never> = {
    outbox,
    async read<T extends PushObjectType>(
      tenant: string,
      target: PushTarget & { readonly objectType: T },
      { visits, signal }: ReadCallOptions = {},
    ) {
      const id = await idOf(tenant, target);
      if (id === null) return null;
      const node = await readObject(askFor(tenant, signal), target.objectType, id, { visits });
      return node === null ? null : viewOf(target.objectType, node);
    },
    async plan(tenant, action, { signal, ...given } = {}) {
      const intent = buildIntent(tenant, action, given, now());
      const id = await idOf(tenant, action.target);
      const parent = action.at === null ? "" : await idOf(tenant, action.at);
      return createPlan(askFor(tenant, signal), intent, { id, parent });
    },
    prepare(tenant, action, given = {}) {
      const { prepare } = outbox as Partial<PreparingOutbox>;
      if (prepare === undefined)
        throw new TypeError(
          "push.prepare needs the outbox of openSqlite. Others join transactions.",
        );
      return prepare(buildIntent(tenant, action, given, now()));
    },
    start() {
      if (session !== null) return;
      const stop = new AbortController();
      const abort = new AbortController();
      const run = async (object: ObjectRef) => {
        await runObject(object, abort.signal);
      };
      const listening = outbox.listen(run, { concurrency, signal: stop.signal, onError });
      const purge = () =>
        void outbox.purge({ now: now() }).catch((error) => stop.signal.aborted || onError(error));
      const purges = setInterval(purge, PURGE_MS);
      stop.signal.addEventListener("abort", () => clearInterval(purges), { once: true });
      purge();
      session = { stop, abort, listening };
    },
    async stop({ graceMs = 10_000 } = {}) {
      const ending = session;
      session = null;
      if (ending === null) return;
      ending.stop.abort();
      const over = new AbortController();
      const grace = delayFor(graceMs, undefined, { signal: over.signal })
        .then(() => ending.abort.abort())
        .catch(() => {});
      await ending.listening;
      over.abort();
      await grace;
    },
    async drain() {
      let runs = 0;
      const never = new AbortController().signal;
      for (;;) {
        const objects = await outbox.due({ now: now(), limit: concurrency });
        const ran = await Promise.all(objects.map((object) => runObject(object, never)));
        const claimed = ran.filter(Boolean).length;
        if (claimed === 0) return runs;
        runs += claimed;
      }
    },
  };
  const put = (tenant: string, action: PushAction<unknown>, given: PushOptions = {}) =>
    outbox.put(buildIntent(tenant, action, given, now()), { transaction: given.transaction });
  return Object.assign(put, methods);
}
