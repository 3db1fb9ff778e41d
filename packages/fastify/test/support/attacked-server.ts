import { joinLoadAttack } from "@jobber-sync/testing/contracts";
import { serveFastify } from "./serve-fastify.ts";

await joinLoadAttack((receiver) => serveFastify(receiver));
