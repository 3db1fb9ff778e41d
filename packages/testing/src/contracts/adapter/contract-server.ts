import {
  createReceiver,
  type Receiver,
  type ReceiverOptions,
  signPayload,
  type Tenants,
} from "@jobber-sync/core";
import { silentLogger } from "../../logger/silent-logger.ts";

/** A server started by a test. */
export interface RunningServer {
  /** The address without a path, such as `http://127.0.0.1:4711`. */
  readonly url: string;
  /** Closes every connection and resolves when the port is free. */
  close(): Promise<void>;
}

/** Starts a server with the receiver mounted at its root, on a free loopback port. */
export type StartServer = (receiver: Receiver) => Promise<RunningServer>;

export const SECRET = "the client secret of the contract's app";
export const APP_SECRET = "the client secret of the shared app";
export const ROUTE = "/webhooks/jobber/acme";
export const APP_ROUTE = "/webhooks/jobber";
export const SIGNATURE = "x-jobber-hmac-sha256";

/** A tenant whose slug must be percent-encoded, including a slash. */
export const ODD_TENANT = {
  slug: "Zoë & Söhne/süd",
  secrets: "the client secret of the odd tenant's app",
};

const TENANTS: Tenants = [{ slug: "acme", secrets: SECRET, accountIds: ["MQ=="] }, ODD_TENANT];

/** Creates a receiver for the contract's tenants, without a log. */
export function contractReceiver(
  options: Pick<ReceiverOptions, "inbox" | "store"> & Partial<ReceiverOptions>,
): Receiver {
  return createReceiver({ tenants: TENANTS, logger: silentLogger, ...options } as ReceiverOptions);
}

/** Returns a body as bytes. */
export function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

/** Signs a body. */
export function signatureOf(body: string | Uint8Array, secret = SECRET): string {
  return signPayload(bytesOf(body), secret);
}

/** Returns the body of a notification. */
export function notification(topic: string, itemId: string, accountId = "MQ=="): string {
  return JSON.stringify({
    data: {
      webHookEvent: { topic, appId: "app", accountId, itemId, occurredAt: "2026-01-25T10:00:00Z" },
    },
  });
}

/** Returns the body of a snapshot. */
export function snapshot(id: string, title = "Lawn Service"): string {
  return JSON.stringify({ event: "job.created", data: { id, title } });
}

/** An event to wait for. */
export interface Signal {
  readonly fired: Promise<void>;
  fire(): void;
}

/** Creates a signal that has not fired. */
export function signal(): Signal {
  let fire = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fired, fire };
}
