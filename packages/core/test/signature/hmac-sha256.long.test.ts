import { hmacCases } from "../support/hmac-cases.ts";

hmacCases({ pairs: 1_000_000, longestBody: 1024 * 1024 });
