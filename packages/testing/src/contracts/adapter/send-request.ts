import { type Receiver, signPayload } from "@jobber-sync/core";
import {
  bytesOf,
  ROUTE,
  type RunningServer,
  SECRET,
  SIGNATURE,
  type StartServer,
} from "./contract-server.ts";

/** A request that any HTTP client can send. */
export interface SentRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A response as received. */
export interface ReceivedResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A running receiver, behind a port or in process. */
export interface Running {
  send(request: SentRequest): Promise<ReceivedResponse>;
  close(): Promise<void>;
}

/** Starts a receiver. */
export type Open = (receiver: Receiver) => Promise<Running>;

/** Returns a correctly signed POST. */
export function signed(
  body: string | Uint8Array,
  {
    path = ROUTE,
    secret = SECRET,
    headers = {},
  }: { path?: string; secret?: string; headers?: SentRequest["headers"] } = {},
): SentRequest & { readonly headers: Record<string, string>; readonly body: Uint8Array } {
  const bytes = bytesOf(body);
  return {
    path,
    headers: {
      "content-type": "application/json",
      [SIGNATURE]: signPayload(bytes, secret),
      ...headers,
    },
    body: bytes,
  };
}

/** Sends requests over a real port. */
export function overPort(start: StartServer): Open {
  return async (receiver) => {
    const server: RunningServer = await start(receiver);
    return {
      send: async ({ method = "POST", path = ROUTE, headers = {}, body }) => {
        const init = {
          method,
          headers,
          ...(body === undefined ? {} : { body: bytesOf(body) as Uint8Array<ArrayBuffer> }),
        };
        return readResponse(await fetch(server.url + path, init));
      },
      close: () => server.close(),
    };
  };
}

/** Passes requests to a function, without a server. */
export function inProcess(
  open: (receiver: Receiver) => (request: Request) => Promise<Response>,
): Open {
  return async (receiver) => {
    const handler = open(receiver);
    return {
      send: async ({ method = "POST", path = ROUTE, headers = {}, body }) => {
        const init = {
          method,
          headers,
          ...(body === undefined ? {} : { body: bytesOf(body) as Uint8Array<ArrayBuffer> }),
        };
        return readResponse(await handler(new Request(`http://localhost${path}`, init)));
      },
      close: async () => {},
    };
  };
}

async function readResponse(response: Response): Promise<ReceivedResponse> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}
