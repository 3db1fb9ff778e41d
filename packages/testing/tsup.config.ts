import { packageBuild } from "../../tsup.base.ts";

export default packageBuild({
  index: "src/index.ts",
  simulator: "src/simulator.ts",
  contracts: "src/contracts.ts",
});
