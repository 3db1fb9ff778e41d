import type { Receiver } from "@jobber-sync/core";

/** A receiver whose deliveries in progress can be awaited. */
export interface TrackedReceiver {
  readonly receiver: Receiver;
  /**
   * Resolves once the deliveries that are being received now have their responses. A receiver
   * responds within its deadline, so this takes no longer.
   */
  settled(): Promise<void>;
}

/** Tracks the deliveries that a receiver is handling, so that its database stays open for them. */
export function trackDeliveries(receiver: Receiver): TrackedReceiver {
  const active = new Set<Promise<unknown>>();

  function track<T>(response: Promise<T>): Promise<T> {
    active.add(response);
    // Never rejects, see `Receiver`.
    void response.then(() => active.delete(response));
    return response;
  }

  return {
    receiver: {
      ...receiver,
      handle: (request) => track(receiver.handle(request)),
      receive: (delivery) => track(receiver.receive(delivery)),
    },
    async settled() {
      await Promise.all(active);
    },
  };
}
