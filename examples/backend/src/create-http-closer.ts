import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Options for the function that {@link createHttpCloser} returns. */
export interface HttpCloserOptions {
  /**
   * Time limit for requests in progress, after which their connections are destroyed. Milliseconds.
   *
   * @default 10000
   */
  readonly graceMs?: number | undefined;
}

/**
 * Creates the function that closes an HTTP server: it accepts no more connections, lets requests in
 * progress finish and destroys every other connection at once. Call it before the server listens,
 * because it counts the requests of each connection.
 *
 * `server.close()` alone is not enough. It waits for connections that have sent nothing yet, such
 * as those that a load balancer opens in advance, and Node keeps them for a minute or longer.
 */
export function createHttpCloser(server: Server): (options?: HttpCloserOptions) => Promise<void> {
  const requests = new Map<Socket, number>();
  let closing = false;
  const count = (socket: Socket, change: number) => {
    const left = (requests.get(socket) ?? 0) + change;
    requests.set(socket, left);
    if (closing && left === 0) socket.destroySoon();
  };
  server.on("connection", (socket) => {
    if (closing) socket.destroy();
    requests.set(socket, 0);
    socket.once("close", () => requests.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    count(socket, 1);
    response.once("close", () => count(socket, -1));
  });

  return async ({ graceMs = 10_000 } = {}) => {
    closing = true;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const [socket, inProgress] of requests) if (inProgress === 0) socket.destroy();
    const grace = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(grace);
  };
}
