/** The demo's tenant. Its secret is public: never reuse it. */
export const TENANT = {
  slug: "acme",
  secrets: "the demo's client secret, which is public",
} as const;
