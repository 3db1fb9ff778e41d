import { createMemoryInbox } from "@jobber-sync/core";
import { contractReceiver, type StartServer } from "../contract-server.ts";
import { type Attack, type AttackReport, attack } from "./attack.ts";

/** Messages to the processes of a load attack. */
export type Order =
  | { readonly kind: "memory" }
  | { readonly kind: "attack"; readonly attack: Attack };
/** Messages from the processes of a load attack. */
export type News =
  | { readonly kind: "serving"; readonly url: string }
  | { readonly kind: "memory"; readonly rss: number; readonly arrayBuffers: number }
  | { readonly kind: "attacked"; readonly report: AttackReport };

/**
 * Runs one of the two processes that `loadAttackContract` starts from its `program`: the server, or
 * the attacker. In processes of their own, neither shares memory or an event loop with the
 * measurements.
 */
export async function runLoadAttackProcess(start: StartServer): Promise<void> {
  const send = (news: News) => process.send?.(news);
  process.on("message", (order: Order) => {
    if (order.kind === "attack")
      void attack(order.attack).then((report) => send({ kind: "attacked", report }));
    else send({ kind: "memory", ...process.memoryUsage() });
  });
  process.on("disconnect", () => process.exit());
  if (process.argv[2] !== "server") return;
  const { url } = await start(contractReceiver({ inbox: createMemoryInbox() }));
  send({ kind: "serving", url });
}
