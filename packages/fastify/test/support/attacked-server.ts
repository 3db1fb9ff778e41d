import { runLoadAttackProcess } from "@jobber-sync/testing/load-attack";
import { serveFastify } from "./serve-fastify.ts";

await runLoadAttackProcess((receiver) => serveFastify(receiver));
