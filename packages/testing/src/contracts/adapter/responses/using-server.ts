import { contractReceiver } from "../contract-server.ts";
import type { Open, Running } from "../send-request.ts";

/** Runs a test against a server whose receiver has these options, and closes the server. */
export type Using = (
  options: Parameters<typeof contractReceiver>[0],
  test: (server: Running) => Promise<void>,
) => Promise<void>;

/** Creates the function that runs tests against servers of an adapter. */
export function usingServer(open: Open): Using {
  return async (options, test) => {
    const server = await open(contractReceiver(options));
    try {
      await test(server);
    } finally {
      await server.close();
    }
  };
}
