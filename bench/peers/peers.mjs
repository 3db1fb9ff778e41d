// Webhook libraries to compare with: each verifies the signature of its own service over the same
// body and parses the body, alone and as the Express route of its README.

import { createHash, createHmac } from "node:crypto";
import { middleware as lineMiddleware, validateSignature } from "@line/bot-sdk";
import { createNodeMiddleware, Webhooks } from "@octokit/webhooks";
import "@shopify/shopify-api/adapters/node";
import { ApiVersion, shopifyApi } from "@shopify/shopify-api";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import twilio from "twilio";

const SECRET = "3ef22a50072d430ca78fb7646657560b3ef22a50072d430ca78fb7646657560b";
const PATH = "/webhooks/jobber/acme";
const HOST = "bench.example.com";
const JSON_TYPE = { "content-type": "application/json" };
const hmac = (text, algorithm, encoding) =>
  createHmac(algorithm, SECRET).update(text).digest(encoding);
const respond = (_req, res) => void res.json({ status: "accepted" });

/**
 * @typedef {object} Peer
 * @property {(body: string) => { path: string; headers: Record<string, string> }} sign returns a
 *   request that the library accepts now
 * @property {(body: Buffer, request: { path: string; headers: Record<string, string> }) => unknown}
 *   verify verifies and parses; throws or resolves to a falsy value if it rejects
 * @property {(app: import("express").Express, express: typeof import("express").default) => void}
 *   mount
 */

/**
 * Signs as Standard Webhooks: svix and standardwebhooks share the format. svix leaves parsing to
 * its caller.
 */
function standardPeer(webhook, prefix) {
  const verify = (body, headers) =>
    webhook.verify(body, headers) ?? JSON.parse(body.toString("utf8"));
  return {
    sign(body) {
      const now = new Date();
      const signature = webhook.sign("msg_1", now, body);
      const seconds = String(Math.floor(now.getTime() / 1000));
      const names = { id: "msg_1", timestamp: seconds, signature };
      const named = Object.entries(names).map(([name, value]) => [`${prefix}-${name}`, value]);
      return { path: PATH, headers: { ...JSON_TYPE, ...Object.fromEntries(named) } };
    },
    verify: (body, { headers }) => verify(body, headers),
    mount(app, express) {
      app.post(PATH, express.raw({ type: "application/json" }), (req, res) => {
        verify(req.body, req.headers);
        respond(req, res);
      });
    },
  };
}

const base64Secret = Buffer.from(SECRET).toString("base64");
const stripe = new Stripe("sk_test_bench");
const octokit = new Webhooks({ secret: SECRET });
const shopify = shopifyApi({
  apiKey: "bench",
  apiSecretKey: SECRET,
  scopes: [],
  hostName: HOST,
  apiVersion: Object.values(ApiVersion).at(-1),
  isEmbeddedApp: false,
  logger: { log() {} },
});
const twilioPath = (body) =>
  `${PATH}?bodySHA256=${createHash("sha256").update(body).digest("hex")}`;

/** @type {Record<string, Peer>} */
export const PEERS = {
  "@octokit/webhooks": {
    sign: (body) => ({
      path: PATH,
      headers: {
        ...JSON_TYPE,
        "x-github-event": "push",
        "x-github-delivery": "1",
        "x-hub-signature-256": `sha256=${hmac(body, "sha256", "hex")}`,
      },
    }),
    async verify(body, { headers }) {
      const text = body.toString("utf8");
      return (await octokit.verify(text, headers["x-hub-signature-256"])) && JSON.parse(text);
    },
    mount(app) {
      octokit.on("push", () => {});
      app.use(createNodeMiddleware(octokit, { path: PATH }));
    },
  },
  stripe: {
    sign(payload) {
      const header = stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET });
      return { path: PATH, headers: { ...JSON_TYPE, "stripe-signature": header } };
    },
    verify: (body, { headers }) =>
      stripe.webhooks.constructEvent(body, headers["stripe-signature"], SECRET),
    mount(app, express) {
      app.post(PATH, express.raw({ type: "application/json" }), (req, res) => {
        stripe.webhooks.constructEvent(req.body, req.headers["stripe-signature"], SECRET);
        respond(req, res);
      });
    },
  },
  svix: standardPeer(new SvixWebhook(`whsec_${base64Secret}`), "svix"),
  standardwebhooks: standardPeer(new StandardWebhook(base64Secret), "webhook"),
  "@line/bot-sdk": {
    sign: (body) => ({
      path: PATH,
      headers: { ...JSON_TYPE, "x-line-signature": hmac(body, "sha256", "base64") },
    }),
    verify: (body, { headers }) =>
      validateSignature(body, SECRET, headers["x-line-signature"]) &&
      JSON.parse(body.toString("utf8")),
    mount: (app) => void app.post(PATH, lineMiddleware({ channelSecret: SECRET }), respond),
  },
  "@shopify/shopify-api": {
    sign: (body) => ({
      path: PATH,
      headers: {
        ...JSON_TYPE,
        "x-shopify-topic": "orders/create",
        "x-shopify-hmac-sha256": hmac(body, "sha256", "base64"),
        "x-shopify-shop-domain": "bench.myshopify.com",
        "x-shopify-api-version": "2026-07",
        "x-shopify-webhook-id": "1",
        "x-shopify-event-id": "1",
      },
    }),
    async verify(body, { path, headers }) {
      const rawBody = body.toString("utf8");
      const rawRequest = { method: "POST", url: path, headers };
      const { valid } = await shopify.webhooks.validate({ rawBody, rawRequest, rawResponse: {} });
      return valid && JSON.parse(rawBody);
    },
    mount(app, express) {
      app.post(PATH, express.text({ type: "*/*" }), async (req, res) => {
        const { valid } = await shopify.webhooks.validate({
          rawBody: req.body,
          rawRequest: req,
          rawResponse: res,
        });
        if (!valid) return void res.status(401).end();
        JSON.parse(req.body);
        respond(req, res);
      });
    },
  },
  twilio: {
    sign(body) {
      const path = twilioPath(body);
      const signature = hmac(`https://${HOST}${path}`, "sha1", "base64");
      return { path, headers: { ...JSON_TYPE, "x-twilio-signature": signature } };
    },
    verify(body, { path, headers }) {
      const text = body.toString("utf8");
      const url = `https://${HOST}${path}`;
      const signature = headers["x-twilio-signature"];
      return twilio.validateRequestWithBody(SECRET, signature, url, text) && JSON.parse(text);
    },
    mount(app, express) {
      const keep = (req, _res, bytes) => Object.assign(req, { rawBody: bytes.toString("utf8") });
      const webhook = twilio.webhook(SECRET, { protocol: "https", host: HOST });
      app.post(PATH, express.json({ verify: keep }), webhook, respond);
    },
  },
};
