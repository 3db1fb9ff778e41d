/** How a request is answered instead of properly. Each is something Jobber, or what stands before it, has been seen to do. */
export type SimulatedFault =
  /** HTML from a proxy, with the status given. */
  | { readonly kind: "html"; readonly status?: number }
  /** JSON that breaks off in the middle, the connection with it. */
  | { readonly kind: "truncated" }
  /** A JSON body of so many bytes that never ends well. */
  | { readonly kind: "huge"; readonly bytes: number }
  /** `{"data":null}` */
  | { readonly kind: "null_data" }
  /** A redirect to another address. */
  | { readonly kind: "redirect"; readonly location: string }
  /** HTTP 429. */
  | { readonly kind: "too_many_requests"; readonly retryAfter?: string }
  /** `{"message":"Service temporarily unavailable"}` */
  | { readonly kind: "outage" }
  /** The connection is cut without an response. */
  | { readonly kind: "reset" }
  /** Nothing comes for so long; then the proper response. Milliseconds. */
  | { readonly kind: "slow"; readonly ms: number }
  /** The request is done, and the response to it is lost. */
  | { readonly kind: "lost_response" }
  /** A body and a status of the test's own. */
  | { readonly kind: "body"; readonly status: number; readonly body: unknown };

/** Where a fault strikes. */
export type FaultPlace = "graphql" | "token";

/** The faults in store for coming requests. */
export interface FaultPlan {
  /** The next `times` requests are answered so. @default 1 */
  next(place: FaultPlace, fault: SimulatedFault, times?: number): void;
  /** Every request is answered so until `clear`. */
  always(place: FaultPlace, fault: SimulatedFault): void;
  /** Back to proper responses. */
  clear(): void;
  /** @internal What strikes the request that has just come. */
  take(place: FaultPlace): SimulatedFault | undefined;
}

/** Makes a plan without faults. */
export function createFaultPlan(): FaultPlan {
  const queued: Record<FaultPlace, SimulatedFault[]> = { graphql: [], token: [] };
  const standing: Partial<Record<FaultPlace, SimulatedFault>> = {};
  return {
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
    take: (place) => queued[place].shift() ?? standing[place],
  };
}
