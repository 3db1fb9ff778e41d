import { joinSiege } from "@jobber-sync/testing";
import { serveFastify } from "./serve-fastify.ts";

await joinSiege((receiver) => serveFastify(receiver));
