import { joinLoadAttack } from "@jobber-sync/testing/contracts";
import express from "express";
import { jobberWebhooks } from "../../src/index.ts";
import { serveExpress } from "./serve-express.ts";

await joinLoadAttack((receiver) => serveExpress(express().use(jobberWebhooks(receiver))));
