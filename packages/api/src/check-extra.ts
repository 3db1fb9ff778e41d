#!/usr/bin/env node
import { argv, stdout } from "node:process";
import { runCheckExtra } from "./check-extra/command.ts";

const print = (line: string): void => {
  stdout.write(`${line}\n`);
};

void runCheckExtra(argv.slice(2), print).then((code) => {
  process.exitCode = code;
});
