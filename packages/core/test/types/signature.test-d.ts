import {
  type NamedSecret,
  type PreparedSecrets,
  prepareSecrets,
  readSignatureHeader,
  SIGNATURE_HEADER,
  type SignatureHeader,
  signPayload,
  type VerifiedSignature,
  verifySignature,
} from "@jobber-sync/core/signature";
import { expectType } from "../support/expect-type.ts";

const bytes = new Uint8Array();
const named: NamedSecret[] = [{ name: "current", value: bytes }];

expectType<string>()(signPayload(bytes, "secret"));
expectType<string>()(signPayload("text", bytes, { allowUntrimmed: undefined }));
expectType<VerifiedSignature>()(verifySignature(bytes, "header", "secret"));
expectType<string | number>()(verifySignature(bytes, ["header"], ["a", "b"]).secret);
verifySignature(bytes, null, named, { allowUntrimmed: true });
verifySignature(bytes, undefined, prepareSecrets(named));
expectType<PreparedSecrets>()(prepareSecrets(prepareSecrets("secret")));
expectType<string>()(readSignatureHeader("header"));
SIGNATURE_HEADER satisfies Lowercase<string>;
const header: SignatureHeader = ["header"] as const;
verifySignature(bytes, header, "secret");

// @ts-expect-error: decoded text cannot be verified
verifySignature("body", "header", "secret");
// @ts-expect-error: a parsed body cannot be verified
verifySignature({}, "header", "secret");
// @ts-expect-error: a number is not a header
verifySignature(bytes, 1, "secret");
// @ts-expect-error: a missing environment variable is not a secret
verifySignature(bytes, "header", process.env.JOBBER_CLIENT_SECRET);
// @ts-expect-error: no secret
verifySignature(bytes, "header", null);
// @ts-expect-error: names and plain secrets do not mix
prepareSecrets(["secret", { name: "current", value: "secret" }]);
// @ts-expect-error: a named secret has a value
prepareSecrets([{ name: "current" }]);
// @ts-expect-error: one secret, not a list
signPayload(bytes, ["secret"]);
// @ts-expect-error: a misspelled option
signPayload(bytes, "secret", { allowUntrimed: true });
// @ts-expect-error: the type is not a class
new PreparedSecrets([]);
