// Starts a program of an example in this process: `npm run demo`, `npm start`,
// `npm run deliveries`.

import process from "node:process";
import { root } from "./child.mjs";
import { exampleProgram } from "./example-program.mjs";

try {
  const [command, ...rest] = process.argv.slice(2);
  const { file, args } = exampleProgram(command, rest);
  const url = new URL(file, root);
  process.argv.splice(1, Infinity, url.pathname, ...args);
  await import(url.href);
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(`run: ${error.message}`);
  process.exitCode = 1;
}
