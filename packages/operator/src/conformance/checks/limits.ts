import { type Check, findRefused, type Refusal } from "../check.ts";

const json: readonly [string, string] = ["Content-Type", "application/json"];
const octets: readonly [string, string] = ["Content-Type", "application/octet-stream"];
const sources = "/upload?contract=source";

export const sizes: Check = {
  name: "sizes",
  claim: "headers, URLs and bodies have limits, and a body that is too large is refused before it is sent",
  async run({ probe, may }) {
    const declared = (target: string, type: readonly [string, string], bytes: string): Refusal => ({
      request: { method: "POST", target, headers: [type, ["Content-Length", bytes], ["Expect", "100-continue"]] },
    });
    const finding = await findRefused(
      probe,
      [
        { request: { target: "/health", headers: [["X-Long", "x".repeat(20_000)]] }, codes: ["malformed_request"] },
        { request: { target: "/health", headers: Array.from({ length: 2_000 }, (_, n) => [`X-${n}`, "xxxxxxxx"] as const) } },
        { request: { target: `/status?run=${"x".repeat(20_000)}` }, codes: ["malformed_request"] },
        declared("/task", json, "3000001"),
        declared("/task", json, "999999999999"),
        declared("/trpc/task", json, "3000001"),
        declared(sources, octets, "99999999999"),
        declared("/upload?contract=run", octets, "99999999999"),
        declared("/upload", ["Content-Type", "multipart/form-data; boundary=x"], "99999999999"),
        { request: { method: "POST", target: "/task", headers: [json, ["Content-Length", "99999999999999999999999"]] } },
        { request: { method: "POST", target: "/task", headers: [json, ["Content-Length", "-1"]] } },
        {
          request: {
            method: "POST",
            target: "/task",
            headers: [json],
            body: `{"kind":"run","brief":${JSON.stringify("x".repeat(3_000_001))}}`,
          },
        },
      ],
      may.task && may.upload ? undefined : "the caller may not send tasks or files here, so some were refused for that",
    );
    const early = probe.seen.filter(({ continued, answer }) => continued && (answer?.status ?? 0) >= 400);
    return { ...finding, failures: [...finding.failures, ...early.map(({ label }) => `${label}: the body was asked for, then refused`)] };
  },
};

export const framing: Check = {
  name: "framing",
  claim:
    "where a body ends is never in doubt: two lengths, or an unknown coding, are refused, and nothing after a request is taken for another",
  run: ({ probe }) => {
    const smuggled = "GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const post = (headers: readonly (readonly [string, string])[], body: string): Refusal => ({
      request: { method: "POST", target: "/task", headers: [json, ...headers], body, isKept: true },
    });
    return findRefused(probe, [
      post(
        [
          ["Content-Length", "4"],
          ["Transfer-Encoding", "chunked"],
        ],
        `0\r\n\r\n${smuggled}`,
      ),
      post(
        [
          ["Transfer-Encoding", "chunked"],
          ["Content-Length", "4"],
        ],
        `0\r\n\r\n${smuggled}`,
      ),
      post(
        [
          ["Content-Length", "2"],
          ["Content-Length", "60"],
        ],
        `{}${smuggled}`,
      ),
      post([["Content-Length", "2, 2"]], `{}${smuggled}`),
      post([["Content-Length", "+2"]], "{}"),
      post([["Content-Length", "0x2"]], "{}"),
      post([["Transfer-Encoding", "xchunked"]], `0\r\n\r\n${smuggled}`),
      post([["Transfer-Encoding", "chunked, identity"]], `0\r\n\r\n${smuggled}`),
      post([["Transfer-Encoding", "gzip, chunked"]], "0\r\n\r\n"),
      post(
        [
          ["Transfer-Encoding", "chunked"],
          ["Transfer-Encoding", "identity"],
        ],
        `0\r\n\r\n${smuggled}`,
      ),
      post([["Transfer-Encoding ", "chunked"]], "0\r\n\r\n"),
      post([["Transfer-Encoding", "chunked"]], "zz\r\n{}\r\n0\r\n\r\n"),
      post([["Transfer-Encoding", "chunked"]], "-1\r\n{}\r\n0\r\n\r\n"),
      post([["Transfer-Encoding", "chunked"]], `fffffffffffffffff\r\n{}\r\n0\r\n\r\n`),
      post([["X-A", "b\nX-C: d"]], "{}"),
      post([["X-A", "b\u0000c"]], "{}"),
      post([[" folded", "x"]], "{}"),
      { request: { target: "/health HTTP/1.1\r\nX: y\r\n\r\nGET /status", isKept: true, host: "evil.example" } },
    ]);
  },
};

export const lengths: Check = {
  name: "lengths",
  claim: "a task may come with a Content-Length or in chunks, and is judged alike; an upload says its length",
  async run({ probe, may }) {
    const failures: string[] = [];
    const bodies = ["", "{", "{}", '{"kind":"steal"}', '{"kind":"run","brief":7}'];
    for (const target of ["/task", "/trpc/task"])
      for (const body of bodies) {
        const whole = await probe.ask({ method: "POST", target, headers: [json], body });
        const pieces = [...(body === "" ? [] : [`${body.length.toString(16)}\r\n${body}\r\n`]), "0\r\n\r\n"].join("");
        const chunked = await probe.ask({ method: "POST", target, headers: [json, ["Transfer-Encoding", "chunked"]], body: pieces });
        if (whole.problem === undefined || whole.problem.code !== chunked.problem?.code)
          failures.push(
            `${whole.label} with ${JSON.stringify(body)}: ${whole.problem?.code} by length, ${chunked.problem?.code} in chunks`,
          );
      }
    const chunks = "1\r\nx\r\n0\r\n\r\n";
    const form: readonly [string, string] = ["Content-Type", "multipart/form-data; boundary=x"];
    const chunked: readonly [string, string] = ["Transfer-Encoding", "chunked"];
    const upload = await findRefused(probe, [
      {
        request: { method: "POST", target: "/upload", headers: [form, chunked], body: chunks },
        codes: [may.upload ? "length_required" : "not_granted"],
      },
      { request: { method: "POST", target: sources, headers: [octets, chunked], body: chunks } },
    ]);
    return { asked: 2 * 2 * bodies.length + upload.asked, failures: [...failures, ...upload.failures] };
  },
};

export const encodings: Check = {
  name: "encodings",
  claim: "bytes are taken as they are: no content coding, and no type but the one that there is",
  run: ({ probe, may }) => {
    const type = may.task ? ["unsupported_media_type"] : ["unsupported_media_type", "not_granted"];
    const types = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/xml",
      "multipart/form-data; boundary=x",
      "application/jsonp",
    ];
    return findRefused(probe, [
      ...["gzip", "deflate", "br", "zstd", "gzip, identity", "compress"].map((coding) => ({
        request: { method: "POST", target: "/task", headers: [json, ["Content-Encoding", coding] as const], body: "{}" },
        codes: ["unsupported_media_type"],
      })),
      ...types.map((one) => ({
        request: { method: "POST", target: "/task", headers: [["Content-Type", one] as const], body: "{}" },
        codes: type,
      })),
    ]);
  },
};
