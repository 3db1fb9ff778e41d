/**
 * Returns an id as Jobber spells it: `gid://Jobber/<type>/<number>` in padded base64. See
 * docs/jobber-facts.md#encoded-ids.
 */
export function encodedId(type: string, number: number): string {
  return Buffer.from(`gid://Jobber/${type}/${number}`).toString("base64");
}

/** Returns whether Jobber's `EncodedId` scalar accepts the text. It rejects a bare number. */
export function isEncodedId(text: string): boolean {
  return /^gid:\/\/Jobber\/[A-Za-z]+\/\d+$/.test(Buffer.from(text, "base64").toString("latin1"));
}
