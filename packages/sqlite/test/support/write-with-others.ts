// One of several processes that write to one file at once: `write-with-others.ts <path> <name>
// <rounds>`. Prints the result of every round.
import process from "node:process";
import { openSqlite } from "@jobber-sync/sqlite";
import { delivery } from "./deliveries.ts";
import { untilFree } from "./until-free.ts";

const [path = "", name = "", rounds = "0"] = process.argv.slice(2);
const { store, inbox, close } = openSqlite(path);

for (let round = 0; round < Number(rounds); round += 1) {
  const sequence = await untilFree(() => store.nextSequence());
  const { jobs } = await untilFree(() =>
    store.apply({
      contacts: [],
      jobs: [
        {
          tenant: "acme",
          jobberJobId: "1",
          mode: "replace",
          fields: { title: `${name} ${sequence}` },
          sourceUpdatedAt: null,
          sequence,
        },
      ],
      submissions: [],
    }),
  );
  const id = `${name}-${round}`;
  const accepted = await untilFree(() => inbox.accept(delivery(id)));
  console.log(
    JSON.stringify({ sequence, outcome: jobs[0]?.outcome, id, accepted: accepted.sequence }),
  );
}
await close();
