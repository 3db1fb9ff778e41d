import { packageBuild } from "../../tsup.base.ts";

export default packageBuild({
  index: "src/index.ts",
  signature: "src/signature/index.ts",
  http: "src/http/index.ts",
});
