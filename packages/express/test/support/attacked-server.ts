import { runLoadAttackProcess } from "@jobber-sync/testing/load-attack";
import express from "express";
import { jobberWebhooks } from "../../src/index.ts";
import { serveExpress } from "./serve-express.ts";

await runLoadAttackProcess((receiver) => serveExpress(express().use(jobberWebhooks(receiver))));
