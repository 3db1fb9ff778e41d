import { packageBuild } from "../../tsup.base.ts";

export default packageBuild({
  index: "src/index.ts",
  ports: "src/ports.ts",
  signature: "src/signature.ts",
  http: "src/http.ts",
});
