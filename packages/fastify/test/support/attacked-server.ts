import { joinSiege } from "@jobber-sync/testing/contracts";
import { serveFastify } from "./serve-fastify.ts";

await joinSiege((receiver) => serveFastify(receiver));
