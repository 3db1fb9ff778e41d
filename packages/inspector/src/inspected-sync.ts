import type { DeliveryStats, Instant, SyncReader } from "@jobber-sync/core";
import type { ChangeFeed, Inbox } from "@jobber-sync/core/ports";

/** The health that the overview shows. `Health` of `jobber-sync` satisfies it. */
export interface InspectedHealth {
  readonly level: string;
  readonly reasons: readonly {
    readonly level: string;
    readonly tenant: string | null;
    readonly message: string;
  }[];
  readonly deliveries: readonly DeliveryStats[];
}

/** A tenant's connection. `TenantConnection` of `jobber-sync` satisfies it. */
export interface InspectedConnection {
  readonly tenant: string;
  readonly state: string;
  readonly accountId: string;
  readonly connectedAt: Instant;
  /** Milliseconds since 1970. */
  readonly obtainedAt: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Milliseconds since 1970. */
  readonly reconciledAt: number | null;
  /** Milliseconds since 1970. */
  readonly silentSince: number | null;
  /** When the last webhook of each topic arrived. Milliseconds since 1970. */
  readonly lastWebhooks?: Readonly<Record<string, number>> | undefined;
}

/** The parts of `createJobberSync` that the inspector reads and acts on. */
export interface InspectedSync {
  readonly inbox: Pick<Inbox, "list" | "body" | "replay" | "discard" | "resume">;
  readonly store: SyncReader;
  /** Changes of records, for their pages. @default none are shown */
  readonly changes?: Pick<ChangeFeed, "list"> | undefined;
  readonly reconciler: { soon(tenant: string): Promise<void> } | null;
  health(): Promise<InspectedHealth>;
  connections(): Promise<readonly InspectedConnection[]>;
}
