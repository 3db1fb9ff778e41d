/**
 * The demo's tenant. Its secret signs the snapshots; Jobber's own webhooks are signed with the
 * client secret of the app. This one is public: never reuse it.
 */
export const TENANT = {
  slug: "acme",
  secrets: "the demo's client secret, which is public",
} as const;
