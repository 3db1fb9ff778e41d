import {
  createReceiver,
  type Logger,
  type Receiver,
  type ReceiverOptions,
  signPayload,
  type Tenants,
} from "@jobber-sync/core";

/** A server that a test started. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:4711`, without a path. */
  readonly url: string;
  /** Resolves when the port is free again, also while connections are open. */
  close(): Promise<void>;
}

/** Mounts the receiver at the root of a new server on a free loopback port. */
export type StartServer = (receiver: Receiver) => Promise<RunningServer>;

export const SECRET = "the client secret of the contract's app";
export const APP_SECRET = "the client secret of the app that is shared";
export const ROUTE = "/webhooks/jobber/acme";
export const APP_ROUTE = "/webhooks/jobber";
export const SIGNATURE = "x-jobber-hmac-sha256";

/** A tenant whose slug has to be percent-encoded, slash and all. */
export const ODD_TENANT = {
  slug: "Zoë & Söhne/süd",
  secrets: "the client secret of the odd tenant's app",
};

const TENANTS: Tenants = [{ slug: "acme", secrets: SECRET, accountIds: ["MQ=="] }, ODD_TENANT];

const SILENT: Logger = { info() {}, warn() {}, error() {} };

/** A receiver of the contract's tenants that keeps its log to itself. */
export function contractReceiver(
  options: Pick<ReceiverOptions, "inbox" | "store"> & Partial<ReceiverOptions>,
): Receiver {
  return createReceiver({ tenants: TENANTS, logger: SILENT, ...options } as ReceiverOptions);
}

export function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

export function signatureOf(body: string | Uint8Array, secret = SECRET): string {
  return signPayload(bytesOf(body), secret);
}

/** A body as Jobber sends it. */
export function notification(topic: string, itemId: string, accountId = "MQ=="): string {
  return JSON.stringify({
    data: {
      webHookEvent: { topic, appId: "app", accountId, itemId, occurredAt: "2026-01-25T10:00:00Z" },
    },
  });
}

/** A body that carries its record. */
export function snapshot(id: string, title = "Lawn Service"): string {
  return JSON.stringify({ event: "job.created", data: { id, title } });
}

/** Something to wait for. */
export interface Signal {
  readonly fired: Promise<void>;
  fire(): void;
}

export function signal(): Signal {
  let fire = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fired, fire };
}
