import { isErased } from "@jobber-sync/core/ports";
import type { Mutant } from "./mutant.ts";

/** Defects in `erase`. */
export const ERASE_MUTANTS: Readonly<Record<string, Mutant>> = {
  "erased deliveries are still processed": {
    rules: ["erase takes body and error from a tenant's deliveries, whatever their state"],
    defect: (inbox) => ({
      async erase(erasure) {
        const states = ["waiting"] as const;
        const [row] = await inbox.list({ tenant: erasure.tenant, states });
        const erased = await inbox.erase(erasure);
        if (row !== undefined)
          await inbox.accept({
            ...row,
            body: new Uint8Array(),
            state: "waiting",
            reason: null,
          });
        return erased;
      },
    }),
  },
  "claimed deliveries are erased": {
    rules: ["erase leaves claimed deliveries to their run"],
    defect: (inbox) => ({
      async erase(erasure) {
        const claimed = await inbox.list({ states: ["claimed"] });
        const erased = await inbox.erase(erasure);
        return { ...erased, deliveries: erased.deliveries + claimed.length };
      },
    }),
  },
  "erase looks at objects only": {
    rules: ["erase finds a client's deliveries by object and by body"],
    defect: (inbox) => ({
      async erase(erasure) {
        const rows = await inbox.list({ tenant: erasure.tenant });
        const found = rows.filter((row) => isErased(erasure, { ...row, body: null }));
        const deliveryKeys = found.map(({ deliveryKey }) => deliveryKey);
        return { deliveries: found.length, deliveryKeys };
      },
    }),
  },
  "erase searches for the text of an id": {
    rules: ["a number in a body names a client only as a whole"],
    defect: (inbox) => ({
      async erase(erasure) {
        for (const { sequence, tenant } of await inbox.list({})) {
          const body = Buffer.from((await inbox.body(sequence)) ?? []).toString();
          const client = erasure.client?.jobberClientId ?? "";
          if (body.includes(client)) return inbox.erase({ tenant });
        }
        return inbox.erase(erasure);
      },
    }),
  },
};
