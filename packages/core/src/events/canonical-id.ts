const UNPADDED = /^[A-Za-z0-9+/]+$/;

/**
 * Returns an id with the base64 padding that Jobber's API uses, because copies without it
 * circulate. Every other id stays as it is: ids are opaque. See docs/jobber-facts.md#encoded-ids.
 */
export function canonicalId(id: string): string {
  if (id.length % 4 === 0 && !id.endsWith("===")) return id;
  const bare = id.replace(/=+$/, "");
  if (!UNPADDED.test(bare)) return id;
  const decoded = Buffer.from(bare, "base64");
  const text = decoded.toString("latin1");
  // What Jobber encodes: "gid://Jobber/Job/1"; in old examples, a bare number.
  return text.startsWith("gid://") || /^\d+$/.test(text) ? decoded.toString("base64") : id;
}
