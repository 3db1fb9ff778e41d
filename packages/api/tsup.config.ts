import { packageBuild } from "../../tsup.base.ts";

export default packageBuild({
  index: "src/index.ts",
  "check-extra": "src/check-extra.ts",
});
