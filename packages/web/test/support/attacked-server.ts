import { joinLoadAttack } from "@jobber-sync/testing/contracts";
import { createFetchHandler } from "../../src/index.ts";
import { serveFetch } from "./serve-fetch.ts";

await joinLoadAttack((receiver) => serveFetch(createFetchHandler(receiver)));
