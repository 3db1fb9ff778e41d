import type { Server } from "node:http";

// `close` ends the connections that are idle now; one that is being answered becomes idle later and would be kept alive.
const SWEEP_MS = 50;

/** Accepts nothing more, lets what is being answered finish, and resolves when the last connection is gone. */
export function closeHttpServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close((error) => {
      clearInterval(sweep);
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}
