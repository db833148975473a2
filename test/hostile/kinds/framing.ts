import { array, constantFrom, integer, oneof, record, tuple, uint8Array, type Arbitrary } from "fast-check";
import { type HostileRequest, type Kind, type Endpoint, toBytes } from "../request.ts";
import { cut } from "./headers.ts";

interface Bytes {
  readonly label: string;
  readonly bytes: Buffer;
  readonly requests?: number;
  readonly mayPass?: boolean;
  readonly mayEnd?: boolean;
}

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

/** Two lengths, no length, lengths that are none, chunks that are none. */
const bodies = (endpoint: Endpoint): Arbitrary<Bytes> =>
  tuple(
    constantFrom("/task", "/upload?contract=source", "/trpc/task"),
    constantFrom<readonly [headers: string, body: string]>(
      ["Content-Length: 2\r\nTransfer-Encoding: chunked", "0\r\n\r\nGET /status HTTP/1.1\r\n\r\n"],
      ["Transfer-Encoding: chunked\r\nContent-Length: 2", "{}"],
      ["Content-Length: 2\r\nContent-Length: 3", "{}"],
      ["Content-Length: 2, 2", "{}"],
      ["Content-Length: +2", "{}"],
      ["Content-Length: 0x2", "{}"],
      ["Content-Length: -1", "{}"],
      ["Content-Length: 2 ", "{}"],
      ["Content-Length: 99999999999999999999", "{}"],
      ["Content-Length: ", "{}"],
      ["Content-Length : 2", "{}"],
      ["Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n"],
      ["Transfer-Encoding: chunked", "2\r\n{}0\r\n\r\n"],
      ["Transfer-Encoding: chunked", "-2\r\n{}\r\n0\r\n\r\n"],
      ["Transfer-Encoding: chunked", "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n"],
      ["Transfer-Encoding: chunked", `2;${"x".repeat(40_000)}\r\n{}\r\n0\r\n\r\n`],
      ["Transfer-Encoding: chunked", "2\n{}\n0\n\n"],
      ["Transfer-Encoding: chunked", `2\r\n{}\r\n0\r\nX-Trailer: ${endpoint.canary}\r\n\r\n`],
      ["Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n"],
      ["Transfer-Encoding: \x0Bchunked", "2\r\n{}\r\n0\r\n\r\n"],
      ["Transfer-Encoding: chunked", "1\r\n[\r\n".repeat(2_000) + "0\r\n\r\n"],
      ["Expect: 100-continue\r\nContent-Length: 2", "{}"],
    ),
  ).map(([target, [headers, body]]) => ({
    label: `${target} ${headers.replaceAll("\r\n", " | ")}`,
    bytes: latin1(
      `POST ${target} HTTP/1.1\r\nHost: ${endpoint.host}\r\nAuthorization: Bearer ${endpoint.token}\r\nContent-Type: application/json\r\nConnection: close\r\n${headers}\r\n\r\n${body}`,
    ),
    // Two bytes are a source, where their length is one.
    mayPass: target.startsWith("/upload") && headers.includes("Content-Length: 2"),
  }));

/** Heads that are hardly HTTP. */
const heads = (endpoint: Endpoint): Arbitrary<Bytes> => {
  const rest = `Host: ${endpoint.host}\r\nAuthorization: Bearer ${endpoint.token}\r\nConnection: close\r\n`;
  const texts: readonly (string | Buffer)[] = [
    `GET /health HTTP/1.1\n${rest.replaceAll("\r", "")}\n`,
    `GET /health HTTP/1.1\r${rest}\r\n`,
    `GET /health\r\n\r\n`,
    `GET /health HTTP/0.9\r\n\r\n`,
    `GET /health HTTP/9.9\r\n${rest}\r\n`,
    `POST /health HTTP/2.0\r\n${rest}\r\n`,
    `GET /health HTTP/1.1\r\nHost:\r\n fold\r\n\r\n`,
    `GET /health HTTP/1.1\r\n X: y\r\n${rest}\r\n`,
    `GET /health HTTP/1.1\r\nX: a\0b\r\n${rest}\r\n`,
    `GET /health HTTP/1.1\r\nX: a\rSet-Cookie: b\r\n${rest}\r\n`,
    `GET /hea\0lth HTTP/1.1\r\n${rest}\r\n`,
    `GET http://${endpoint.host}/health HTTP/1.1\r\n${rest}\r\n`,
    `GET //evil.example/health HTTP/1.1\r\n${rest}\r\n`,
    `CONNECT evil.example:443 HTTP/1.1\r\n${rest}\r\n`,
    `CONNECT /health HTTP/1.1\r\n${rest}\r\n`,
    `M-SEARCH * HTTP/1.1\r\n${rest}\r\n`,
    `${"A".repeat(70_000)} / HTTP/1.1\r\n\r\n`,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "SSH-2.0-OpenSSH_9.2\r\n",
    Buffer.from("160301020001000001fc0303", "hex"),
    "\r\n\r\n\r\n\r\n-\r\n",
  ];
  return constantFrom(...texts).map((text) => ({
    label: JSON.stringify(text.toString("latin1").slice(0, 60)),
    bytes: typeof text === "string" ? latin1(text) : text,
  }));
};

/** Requests one behind the other, then something else. */
const pipelines = (endpoint: Endpoint): Arbitrary<Bytes> =>
  record({
    targets: array(constantFrom("/health", "/status", "/nothing", "/trpc/health"), { minLength: 1, maxLength: 5 }),
    last: constantFrom("", "\0\0\0", "x".repeat(20_000), "POST /task HTTP/1.1\r\nTransfer-Encoding: x\r\n\r\n"),
  }).map(({ targets, last }) => ({
    label: `${targets.join(" ")} then ${JSON.stringify(last.slice(0, 20))}`,
    bytes: Buffer.concat([
      ...targets.map((target, at) => toBytes(endpoint, { target, isKept: at + 1 < targets.length || last !== "" })),
      latin1(last),
    ]),
    requests: targets.length + (last === "" ? 0 : 1),
    mayPass: true,
  }));

/** Bytes that mean nothing, and requests of which some are missing or others. */
const noise = (endpoint: Endpoint): Arbitrary<Bytes> =>
  oneof(
    uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => ({
      label: "noise",
      bytes: Buffer.from(bytes),
      requests: 100,
      mayEnd: true,
    })),
    tuple(constantFrom("/health", "/status"), integer({ min: 0, max: 200 }), integer({ min: 0, max: 255 })).map(([target, at, byte]) => {
      const bytes = toBytes(endpoint, { target });
      if (at < bytes.length) bytes[at] = byte;
      return { label: `${target} with byte ${at} = ${byte}`, bytes, requests: 2, mayPass: true, mayEnd: true };
    }),
  );

/** Requests that are cut apart and put together: on the wire, before HTTP. */
export const framing: Kind = {
  name: "framing",
  share: 5,
  requests: (endpoint) =>
    tuple(
      oneof(
        { arbitrary: bodies(endpoint), weight: 4 },
        { arbitrary: heads(endpoint), weight: 2 },
        { arbitrary: pipelines(endpoint), weight: 2 },
        { arbitrary: noise(endpoint), weight: 3 },
      ),
      integer({ min: 1, max: 4 }),
      constantFrom("waits", "waits", "waits", "ends", "cuts", "breaks"),
      integer({ min: 0, max: 100 }),
    ).map(([{ label, bytes, ...rest }, parts, how, percent]): HostileRequest => {
      // Only the first so many percent of it come.
      const sent = how === "breaks" ? bytes.subarray(0, Math.floor((bytes.length * percent) / 100)) : bytes;
      // Bytes that may not be a whole request are ended by the client.
      const isOpen = how === "breaks" || label === "noise" || label.includes("with byte");
      const leaves = how === "cuts" ? "cuts" : isOpen || how === "ends" ? "ends" : undefined;
      return { label: `${label} (${how}, ${parts} parts)`, parts: cut(sent, parts), ...rest, ...(leaves && { leaves, mayEnd: true }) };
    }),
};
