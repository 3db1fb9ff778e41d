import { runLoadAttackProcess } from "@jobber-sync/testing/load-attack";
import { createFetchHandler } from "../../src/index.ts";
import { serveFetch } from "./serve-fetch.ts";

await runLoadAttackProcess((receiver) => serveFetch(createFetchHandler(receiver)));
