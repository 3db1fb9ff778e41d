import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

// Set by what stands between: nginx, a load balancer, the tunnel that carries Jobber's webhooks to a developer's machine.
const FORWARDING_HEADERS = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-real-ip",
  "via",
] as const;

/**
 * Whether a request was made on this machine, for this machine: from a loopback address, not passed on by a proxy or tunnel (whose own
 * connection is local too), and under a local name (a web page that rebinds its own name to 127.0.0.1 keeps that name in `Host`).
 *
 * Good enough for a look at the records of an example. It is no login: put one before these routes where anybody else is to use them.
 */
export function isLocalRequest({ headers, socket }: IncomingMessage): boolean {
  return (
    isLoopback(socket.remoteAddress ?? "") &&
    FORWARDING_HEADERS.every((name) => headers[name] === undefined) &&
    isLocalName(headers.host ?? "")
  );
}

function isLoopback(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 4 ? "ipv4" : "ipv6");
}

function isLocalName(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return name.toLowerCase() === "localhost" || isLoopback(name);
}
