import { expect, it } from "vitest";
import { crashServer } from "./crash-server.ts";

const CODES = ["ERR_STORE", "ERR_STORE_BUSY"];

it("loses nothing that was acknowledged when PostgreSQL is crashed under load, 6 times, and refuses the rest in time", async () => {
  const { acknowledged, lost, refused, slowestMs } = await crashServer(6);
  expect(acknowledged).toBeGreaterThan(2000);
  expect(lost).toBe(0);
  expect([...refused.keys()].filter((code) => !CODES.includes(code))).toEqual([]);
  expect(slowestMs).toBeLessThan(1000);
}, 120_000);

it("would notice: with synchronous_commit off the same crash loses deliveries", async () => {
  const { lost } = await crashServer(3, { options: "-c synchronous_commit=off" }, { requireDurable: false });
  expect(lost).toBeGreaterThan(0);
}, 120_000);
