import { connect, type Socket } from "node:net";

/** A response as received. */
export interface RawResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * A TCP connection that sends exactly the bytes of a test. An HTTP client would correct or reject
 * many of them.
 */
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
    // Some servers reset the connection of a rejected request; the response before the reset still
    // counts.
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

  /** Resolves when the kernel has the bytes or the connection has ended. */
  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) resolve();
      else this.#socket.write(bytes, () => resolve());
    });
  }

  /** Returns the next final response; `null` when the connection ends before it is complete. */
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

  /** Half-closes the connection. The response can still be read. */
  finish(): void {
    this.#socket.end();
  }

  /** Resets the connection, as a crashing sender does. */
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
