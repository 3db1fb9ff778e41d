import { createMemoryInbox } from "@jobber-sync/core";
import { contractReceiver, type StartServer } from "../contract-server.ts";
import { type Attack, type AttackReport, attack } from "./attack.ts";

/** What the processes of a load attack say to one another. */
export type Order =
  | { readonly kind: "memory" }
  | { readonly kind: "attack"; readonly attack: Attack };
export type News =
  | { readonly kind: "serving"; readonly url: string }
  | { readonly kind: "memory"; readonly rss: number; readonly arrayBuffers: number }
  | { readonly kind: "attacked"; readonly report: AttackReport };

/**
 * The whole of a program that `loadAttackContract` starts: as the server that is attacked, and as the attacker, in processes of their own so
 * that neither shares its memory or its event loop with the measuring.
 */
export async function joinLoadAttack(start: StartServer): Promise<void> {
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
