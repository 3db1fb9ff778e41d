/** From one `start()` to its `stop()`. */
export interface Session {
  /** Aborted by `stop()`: no further claims. */
  readonly stop: AbortController;
  /** Aborted once the grace period is over: active runs end. */
  readonly abort: AbortController;
  /** `null` until `start()`. */
  listening: Promise<unknown> | null;
}

export function createSession(): Session {
  return { stop: new AbortController(), abort: new AbortController(), listening: null };
}
