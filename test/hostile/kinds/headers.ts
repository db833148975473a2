import { array, constant, constantFrom, integer, oneof, tuple, type Arbitrary } from "fast-check";
import { type Headers, inHead, type Kind, type Endpoint, toBytes } from "../request.ts";
import { naughty } from "./naughty.ts";

type Header = readonly [name: string, value: string];

/** Headers that must be refused, wherever they stand. */
const refused = (endpoint: Endpoint): Arbitrary<Headers> =>
  oneof(
    constantFrom<Headers>(
      [["Origin", "http://evil.example"]],
      [["Referer", `http://evil.example/${endpoint.canary}`]],
      [["Sec-Fetch-Site", "same-origin"]],
      [[`Sec-Fetch-${endpoint.canary}`, "1"]],
      [["Host", "evil.example"]],
      [
        ["Host", endpoint.host],
        ["Host", endpoint.host],
      ],
      [
        ["Host", endpoint.host],
        ["host", "evil.example"],
      ],
      [["Host", `${endpoint.host}@evil.example`]],
      [["Host", ""]],
      [["Authorization", `Bearer ${endpoint.canary}`]],
      [
        ["Authorization", `Bearer ${endpoint.token}`],
        ["authorization", `Bearer ${endpoint.canary}`],
      ],
      [["Authorization", "Basic b3BlcmF0b3I6"]],
      [["Authorization", ""]],
      [["Expect", endpoint.canary]],
      [["Expect", "100-continue, 100-continue"]],
      [["Content-Encoding", "gzip"]],
      [["Content-Encoding", endpoint.canary]],
      [["Content-Encoding", "identity, br"]],
      [["Transfer-Encoding", "gzip, chunked"]],
      [["Transfer-Encoding", "xchunked"]],
    ),
    // The one that matters is hidden behind many.
    constantFrom(10, 900, 2_100, 3_000).map((count): Headers => [
      ...Array.from({ length: count }, (): Header => ["a", ""]),
      ["Origin", "x"],
    ]),
    oneof({ arbitrary: constantFrom(16_384, 20_000, 70_000), weight: 9 }, { arbitrary: constant(1_000_000), weight: 1 }).map(
      (length): Headers => [["X-Long", "y".repeat(length)]],
    ),
    naughty.map((value): Headers => [["Authorization", inHead(value)]]),
    naughty.map((value): Headers => [["Host", inHead(value)]]),
  );

/** Headers that nobody asked for: a request with them is judged as one without, or refused. */
const ignored = (endpoint: Endpoint): Arbitrary<Header> =>
  oneof(
    tuple(
      constantFrom(
        "X-Forwarded-For",
        "X-Real-IP",
        "Forwarded",
        "X-Forwarded-Host",
        "X-Original-URL",
        "X-HTTP-Method-Override",
        "Via",
        "Range",
        "If-Match",
        "TE",
      ),
      constantFrom("127.0.0.1", "/task", "DELETE", "bytes=0-1", "trailers", endpoint.canary),
    ),
    constantFrom<Header>(
      ["Upgrade", "websocket"],
      ["Upgrade", "h2c"],
      ["Connection", "upgrade, close"],
      ["Connection", "x".repeat(100)],
      ["HTTP2-Settings", "AAA"],
    ),
    constantFrom<Header>(
      ["If-None-Match", "*"],
      ["If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"],
      ["Accept", "*/*;q=x"],
      ["Accept-Encoding", "gzip, br"],
    ),
    tuple(constantFrom("traceparent", "tracestate", "tasuki-budget-ms", "X-Junk", "Cookie", "User-Agent"), naughty.map(inHead)),
    tuple(constantFrom("X\0", "X Y", "X:", "", "\t", "é", "X(", "__proto__", "constructor"), constant(endpoint.canary)),
  );

/** Headers that are too many, too long, twice, of a browser, of a proxy, or of nothing known. */
export const headers: Kind = {
  name: "headers",
  share: 4,
  requests: (endpoint) =>
    oneof(
      tuple(refused(endpoint), array(ignored(endpoint), { maxLength: 3 })).map(([bad, more]) => ({
        headers: [...bad, ...more],
        mayPass: !endpoint.needsToken && bad.every(([name]) => name === "Authorization"),
      })),
      array(ignored(endpoint), { minLength: 1, maxLength: 6 }).map((headers) => ({ headers, mayPass: true })),
    )
      .chain(({ headers, mayPass }) =>
        tuple(constantFrom("/health", "/status", "/trpc/health"), integer({ min: 1, max: 3 })).map(([target, cuts]) => ({
          headers,
          mayPass,
          target,
          cuts,
        })),
      )
      .map(({ headers, mayPass, target, cuts }) => ({
        label: `${target} with ${headers
          .slice(-2)
          .map(([name, value]) => `${name}: ${String(value).slice(0, 40)}`)
          .join(", ")}`,
        parts: cut(toBytes(endpoint, { target, headers }), cuts),
        mayPass,
      })),
};

/** Bytes in about so many parts of one length. */
export function cut(bytes: Buffer, parts: number): Buffer[] {
  const length = Math.max(1, Math.ceil(bytes.length / parts));
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) => bytes.subarray(at * length, (at + 1) * length));
}
