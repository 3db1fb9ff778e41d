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
export interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What came back. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Something that answers questions for one receiver, over a port or not. */
export interface Responding {
  ask(question: Question): Promise<Reply>;
  close(): Promise<void>;
}

/** Puts a receiver where it can be asked. */
export type Open = (receiver: Receiver) => Promise<Responding>;

/** A correctly signed POST. */
export function signed(
  body: string | Uint8Array,
  {
    path = ROUTE,
    secret = SECRET,
    headers = {},
  }: { path?: string; secret?: string; headers?: Question["headers"] } = {},
): Question & { readonly headers: Record<string, string>; readonly body: Uint8Array } {
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

/** Asks over a real port. */
export function overPort(start: StartServer): Open {
  return async (receiver) => {
    const server: RunningServer = await start(receiver);
    return {
      ask: async ({ method = "POST", path = ROUTE, headers = {}, body }) => {
        const init = {
          method,
          headers,
          ...(body === undefined ? {} : { body: bytesOf(body) as Uint8Array<ArrayBuffer> }),
        };
        return readReply(await fetch(server.url + path, init));
      },
      close: () => server.close(),
    };
  };
}

/** Asks a function, without a server. */
export function inProcess(
  open: (receiver: Receiver) => (request: Request) => Promise<Response>,
): Open {
  return async (receiver) => {
    const handler = open(receiver);
    return {
      ask: async ({ method = "POST", path = ROUTE, headers = {}, body }) => {
        const init = {
          method,
          headers,
          ...(body === undefined ? {} : { body: bytesOf(body) as Uint8Array<ArrayBuffer> }),
        };
        return readReply(await handler(new Request(`http://localhost${path}`, init)));
      },
      close: async () => {},
    };
  };
}

async function readReply(response: Response): Promise<Reply> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}
