import { joinSiege } from "@jobber-sync/testing/contracts";
import { createFetchHandler } from "../../src/index.ts";
import { serveFetch } from "./serve-fetch.ts";

await joinSiege((receiver) => serveFetch(createFetchHandler(receiver)));
