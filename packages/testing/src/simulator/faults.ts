/** A faulty response. Each kind has been observed from Jobber or from a proxy in front of it. */
export type SimulatedFault =
  /** HTML from a proxy. @default status 502 */
  | { readonly kind: "html"; readonly status?: number }
  /** JSON that ends in the middle, together with the connection. */
  | { readonly kind: "truncated" }
  /** A valid JSON body of at least `bytes` bytes. */
  | { readonly kind: "huge"; readonly bytes: number }
  /** `{"data":null}` */
  | { readonly kind: "null_data" }
  /** HTTP 307 to another address. */
  | { readonly kind: "redirect"; readonly location: string }
  /** HTTP 429. */
  | { readonly kind: "too_many_requests"; readonly retryAfter?: string }
  /** `{"message":"Service temporarily unavailable"}` */
  | { readonly kind: "outage" }
  /** The connection is closed before the request is processed. */
  | { readonly kind: "reset" }
  /** The proper response, after a delay. Milliseconds. */
  | { readonly kind: "slow"; readonly ms: number }
  /** The request is processed, and the connection is closed without a response. */
  | { readonly kind: "lost_response" }
  /** A status and a body chosen by the test. */
  | { readonly kind: "body"; readonly status: number; readonly body: unknown };

/** An endpoint that can be faulty. */
export type FaultPlace = "graphql" | "token";

/** Faults planned for coming requests. */
export interface FaultPlan {
  /** Plans the fault for the next `times` requests. @default 1 */
  next(place: FaultPlace, fault: SimulatedFault, times?: number): void;
  /** Plans the fault for every request until `clear`. */
  always(place: FaultPlace, fault: SimulatedFault): void;
  /** Removes all planned faults. */
  clear(): void;
}

/** Creates an empty plan. `take` removes and returns the fault for a request that has arrived. */
export function createFaultPlan(): {
  readonly plan: FaultPlan;
  readonly take: (place: FaultPlace) => SimulatedFault | undefined;
} {
  const queued: Record<FaultPlace, SimulatedFault[]> = { graphql: [], token: [] };
  const standing: Partial<Record<FaultPlace, SimulatedFault>> = {};
  const plan: FaultPlan = {
    next(place, fault, times = 1) {
      for (let n = 0; n < times; n++) queued[place].push(fault);
    },
    always(place, fault) {
      standing[place] = fault;
    },
    clear() {
      for (const place of ["graphql", "token"] as const) {
        queued[place].length = 0;
        delete standing[place];
      }
    },
  };
  return { plan, take: (place) => queued[place].shift() ?? standing[place] };
}
