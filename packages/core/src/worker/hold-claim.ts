/** Options of {@link holdClaim}. */
export interface HoldOptions {
  /** Extends the claim's lease. Resolves to whether the claim still holds its lane. */
  readonly extend: () => Promise<boolean>;
  readonly leaseMs: number;
  readonly runTimeoutMs: number;
  /** Ends the run because the worker stops. */
  readonly stopped: AbortSignal;
}

/** A claim whose lease is extended until `end`. */
export interface HeldClaim {
  /** Aborts when the run has to end: its time is up, the worker stops, or the claim is lost. */
  readonly signal: AbortSignal;
  /** Whether another run has taken the rows over. */
  isLost(): boolean;
  end(): void;
}

/** Extends a claim's lease every third of it until the run ends. */
export function holdClaim({ extend, leaseMs, runTimeoutMs, stopped }: HoldOptions): HeldClaim {
  // AbortSignal.any and AbortSignal.timeout would leave their timers running after the run has
  // ended.
  const ended = new AbortController();
  let lost = false;
  const abort = () => {
    clearInterval(heartbeat);
    ended.abort();
  };
  const timeout = setTimeout(abort, runTimeoutMs);
  const heartbeat = setInterval(() => {
    extend().then(
      (held) => {
        if (held) return;
        lost = true;
        abort();
      },
      // The next heartbeat tries again; the lease outlasts two failures.
      () => {},
    );
  }, leaseMs / 3);
  stopped.addEventListener("abort", abort, { once: true });
  if (stopped.aborted) abort();
  return {
    signal: ended.signal,
    isLost: () => lost,
    end() {
      clearInterval(heartbeat);
      clearTimeout(timeout);
      stopped.removeEventListener("abort", abort);
    },
  };
}
