import { joinSiege } from "@jobber-sync/testing";
import { createFetchHandler } from "../../src/index.ts";
import { serveFetch } from "./serve-fetch.ts";

await joinSiege((receiver) => serveFetch(createFetchHandler(receiver)));
