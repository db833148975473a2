import { type Check, findRefused } from "../check.ts";

/** Headers in which a proxy, or a forger, claims who is calling. */
const claims: readonly (readonly [string, string])[] = [
  ["X-Forwarded-For", "127.0.0.1"],
  ["X-Real-IP", "127.0.0.1"],
  ["Forwarded", "for=127.0.0.1;host=localhost;proto=http"],
  ["Tailscale-User-Login", "ops@example.com"],
  ["Tailscale-User-Name", "ops"],
  ["X-Remote-User", "operator"],
  ["X-Webauth-User", "operator"],
  ["Cookie", "session=operator"],
];

export const identity: Check = {
  name: "identity",
  claim: "who is calling is proven, never said: no header but the caller's own token counts",
  async run({ probe }) {
    if (!probe.hasToken)
      return { asked: 0, failures: [], note: "no token is used here: the network, or the socket's file mode, says who is calling" };
    const forged = [
      "Bearer ",
      "Bearer x",
      `Bearer ${"A".repeat(43)}`,
      `Bearer ${"A".repeat(4_000)}`,
      "Basic b3BlcmF0b3I6",
      "Bearer operator",
    ];
    return findRefused(probe, [
      ...["/health", "/status", "/trpc/health", "/trpc/status"].map((target) => ({
        request: { target, authorization: null },
        codes: ["peer_unknown"],
      })),
      ...forged.map((authorization) => ({ request: { target: "/health", authorization }, codes: ["peer_unknown"] })),
      ...claims.map((claim) => ({ request: { target: "/health", authorization: null, headers: [claim] }, codes: ["peer_unknown"] })),
    ]);
  },
};

export const browsers: Check = {
  name: "browsers",
  claim: "browsers are refused, before anyone is asked who is calling, and no origin is allowed",
  run: ({ probe, trap }) => {
    const signs: [string, string][] = [
      ["Origin", trap],
      ["Origin", "null"],
      ["Referer", `${trap}/page`],
      ["Sec-Fetch-Site", "same-origin"],
      ["Sec-Fetch-Mode", "no-cors"],
      ["Sec-Fetch-Dest", "empty"],
      ["Sec-Fetch-User", "?1"],
    ];
    return findRefused(
      probe,
      ["/health", "/status", "/trpc/health"].flatMap((target) =>
        signs.map((sign) => ({ request: { target, headers: [sign], authorization: null }, codes: ["browser_refused"] })),
      ),
    );
  },
};

export const host: Check = {
  name: "host",
  claim: "Host names the bus itself: no name that was rebound to its address, and none that a proxy says",
  run: ({ probe }) => {
    const hosts = [
      "evil.example",
      "evil.example:80",
      "127.0.0.1.nip.io",
      "localhost.evil.example",
      "169.254.169.254",
      "[::1]:1",
      "user@localhost",
    ];
    return findRefused(probe, [
      ...hosts.map((one) => ({ request: { target: "/health", host: one }, codes: ["wrong_host", "malformed_request"] })),
      { request: { target: "/health", host: "" }, codes: ["wrong_host", "malformed_request"] },
      { request: { target: "/health", host: null }, codes: ["malformed_request", "wrong_host"] },
      {
        request: { target: "/health", host: "evil.example", headers: [["X-Forwarded-Host", "localhost"]] },
        codes: ["wrong_host", "malformed_request"],
      },
      { request: { target: "/health", headers: [["Host", "evil.example"]] }, codes: ["wrong_host", "malformed_request"] },
    ]);
  },
};
