/** A faulty response. Each kind has been observed from Jobber or from a proxy in front of it. */
export type SimulatedFault =
  /**
   * HTML from a proxy. With `processed`, after Jobber has processed the request, which is otherwise
   * lost. @default status 502
   */
  | { readonly kind: "html"; readonly status?: number; readonly processed?: boolean }
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

/** Places for faults: the GraphQL endpoint, its mutations only, or the token endpoint. */
export type FaultPlace = "graphql" | "mutation" | "token";

/** Returns whether Jobber processes the request despite the fault. */
export function isProcessed(fault: SimulatedFault): boolean {
  if (fault.kind === "html") return fault.processed === true;
  return fault.kind === "slow" || fault.kind === "truncated" || fault.kind === "lost_response";
}

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
  const queued: Record<FaultPlace, SimulatedFault[]> = { graphql: [], mutation: [], token: [] };
  const standing: Partial<Record<FaultPlace, SimulatedFault>> = {};
  const plan: FaultPlan = {
    next(place, fault, times = 1) {
      for (let n = 0; n < times; n++) queued[place].push(fault);
    },
    always(place, fault) {
      standing[place] = fault;
    },
    clear() {
      for (const place of ["graphql", "mutation", "token"] as const) {
        queued[place].length = 0;
        delete standing[place];
      }
    },
  };
  return { plan, take: (place) => queued[place].shift() ?? standing[place] };
}
