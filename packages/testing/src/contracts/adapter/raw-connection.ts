import { connect, type Socket } from "node:net";

/** An answer as it came over the wire. */
export interface RawResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HEAD_END = Buffer.from("\r\n\r\n");

/** One TCP connection on which a test writes exactly the bytes it means. No HTTP client mends or rejects them. */
export class RawConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    // A reset is how some servers end a rejected request; what matters is what could be read before.
    socket.on("error", () => {});
    socket.on("close", () => this.#wake());
  }

  static open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new RawConnection(socket.off("error", reject))));
    });
  }

  /** Resolves when the bytes were handed to the kernel, or the connection is gone. */
  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) resolve();
      else this.#socket.write(bytes, () => resolve());
    });
  }

  /** The next response, without interim ones. `null` when the connection ends before one is complete. */
  async response(method = "POST"): Promise<RawResponse | null> {
    for (;;) {
      const parsed = parseResponse(this.#received, method);
      if (parsed !== null) {
        this.#received = this.#received.subarray(parsed.length);
        if (parsed.response.status >= 200) return parsed.response;
      } else if (this.#socket.destroyed) {
        return null;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Resolves when the server has ended the connection. */
  async closed(): Promise<void> {
    while (!this.#socket.destroyed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Tells the server that nothing more will come; its response can still be read. */
  finish(): void {
    this.#socket.end();
  }

  /** Drops the connection as a sender that crashed does. */
  abort(): void {
    this.#socket.resetAndDestroy();
  }

  end(): void {
    this.#socket.destroy();
  }
}

function parseResponse(
  bytes: Buffer,
  method: string,
): { response: RawResponse; length: number } | null {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return null;
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const status = Number(statusLine.split(" ")[1]);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const start = headEnd + HEAD_END.length;
  if (status < 200 || method === "HEAD")
    return { response: { status, headers, body: "" }, length: start };
  if (headers["transfer-encoding"] === "chunked") {
    const end = bytes.indexOf("0\r\n\r\n", start);
    return end === -1
      ? null
      : {
          response: { status, headers, body: unchunk(bytes.subarray(start, end)) },
          length: end + 5,
        };
  }
  const length = Number(headers["content-length"] ?? 0);
  if (bytes.length < start + length) return null;
  return {
    response: { status, headers, body: bytes.toString("utf8", start, start + length) },
    length: start + length,
  };
}

function unchunk(bytes: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(parts).toString("utf8");
}
