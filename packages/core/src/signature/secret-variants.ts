/** A key that the sender may have used instead of the configured secret. */
export interface SecretVariant {
  readonly cause: "secret_blanks" | "secret_quotes" | "secret_decoded";
  readonly key: Uint8Array;
}

/**
 * Generates the keys that a sender may have derived from a configured secret by a common mistake.
 */
export function* secretVariants(secret: Uint8Array): Generator<SecretVariant> {
  const text = Buffer.from(secret).toString("utf8");
  const trimmed = text.trim();
  const variant = (cause: SecretVariant["cause"], value: string | Uint8Array): SecretVariant => ({
    cause,
    key: Buffer.from(value as string),
  });
  // Files and secret managers add a line ending; settings forms keep a pasted blank.
  for (const blanks of ["", "\n", "\r\n", " "]) yield variant("secret_blanks", trimmed + blanks);
  yield variant("secret_blanks", trimmed.replaceAll("\\n", ""));
  yield variant("secret_quotes", trimmed.replace(/^(["'`])(.*)\1$/s, "$2"));
  for (const quote of ['"', "'"]) yield variant("secret_quotes", quote + trimmed + quote);
  if (/^([0-9a-f]{2})+$/i.test(trimmed))
    yield variant("secret_decoded", Buffer.from(trimmed, "hex"));
  if (/^[A-Za-z0-9+/_-]+=*$/.test(trimmed))
    yield variant("secret_decoded", Buffer.from(trimmed, "base64"));
  yield variant("secret_decoded", Buffer.from(secret).toString("hex"));
  yield variant("secret_decoded", Buffer.from(secret).toString("base64"));
}
