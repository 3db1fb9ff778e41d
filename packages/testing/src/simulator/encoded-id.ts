/** Jobber's spelling of an id: base64 of `gid://Jobber/<Type>/<number>`, padded (F4). */
export function encodedId(type: string, number: number): string {
  return Buffer.from(`gid://Jobber/${type}/${number}`).toString("base64");
}

/** Whether the text could be one: what Jobber's scalar accepts, a bare number is rejected (F4). */
export function isEncodedId(text: string): boolean {
  return /^gid:\/\/Jobber\/[A-Za-z]+\/\d+$/.test(Buffer.from(text, "base64").toString("latin1"));
}
