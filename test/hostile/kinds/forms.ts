import { array, constant, constantFrom, oneof, record, tuple, uint8Array, type Arbitrary } from "fast-check";
import { type Kind, type Endpoint, toBytes } from "../request.ts";
import { naughty } from "./naughty.ts";

interface Part {
  readonly head: string;
  readonly body: string | Buffer;
}

const quoted = (name: string): string => name.replaceAll(/["\r\n]/g, (found) => encodeURIComponent(found));
const file = (name: string, more = ""): string => `Content-Disposition: form-data; name="file"; filename="${quoted(name)}"${more}`;

const part = ({ canary }: Endpoint): Arbitrary<Part> =>
  record({
    head: oneof(
      { arbitrary: naughty.map((name) => file(name)), weight: 6 },
      naughty.map((name) => file(`${canary}${name}`)),
      naughty.map((name) => `Content-Disposition: form-data; name="${quoted(name)}"`),
      naughty.map((name) => `Content-Disposition: form-data; name="file"; filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`),
      naughty.map((name) => file(name, `; filename="brief.md"`)),
      naughty.map((name) => `${file("brief.md")}\r\nContent-Type: ${name.replaceAll(/[\r\n]/g, "")}`),
      constantFrom(
        file("../../brief.md"),
        file("brief.md", "; filename*=UTF-8''..%2Fx"),
        file("brief.md", "; filename=x"),
        `${file("brief.md")}\r\nContent-Transfer-Encoding: base64`,
        `${file("brief.md")}\r\nContent-Type: multipart/mixed; boundary=inner`,
        `${file("brief.md")}\r\nX: ${"y".repeat(20_000)}`,
        `${file("brief.md")}${"\r\nX-A: b".repeat(40)}`,
        "Content-Disposition: form-data",
        "Content-Disposition: attachment; filename=brief.md",
        'Content-Disposition: form-data; name="__proto__[x]"',
        'Content-Disposition: form-data; name="a[b][c][d]"',
        'Content-Disposition: form-data; name="1e9"',
        `Content-Disposition: form-data; name="${"n".repeat(5_000)}"`,
        "",
        "no colon",
      ),
    ),
    body: oneof(
      constantFrom<string>("no heading", "", "\0", canary),
      oneof({ arbitrary: constant(5_000), weight: 9 }, { arbitrary: constant(300_000), weight: 1 }).map((length) => "a".repeat(length)),
      uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    ),
  });

const boundaries = ["cut", "", "a".repeat(70), "a".repeat(300), "--", '"cut"', "cut; charset=x", "c\tut", "é"];

/** Forms: none of these has exactly one file of a contract. */
export const forms: Kind = {
  name: "forms",
  share: 5,
  requests: (endpoint) => {
    const parts = oneof(
      { arbitrary: array<Part>(part(endpoint), { maxLength: 3 }), weight: 12 },
      {
        arbitrary: tuple(part(endpoint), constantFrom(10, 10_000)).map(([one, count]) =>
          Array.from({ length: count }, (): Part => ({ head: one.head.slice(0, 200), body: "a" })),
        ),
        weight: 1,
      },
    );
    const ending = constantFrom("--cut--\r\n", "--cut--", "--cut", "", "\r\n", "--cut\r\n", "--other--\r\n");
    const declared = constantFrom(
      "",
      "?contract=brief",
      "?contract=brief&sha256=00",
      `?sha256=${"0".repeat(64)}`,
      "?contract=__proto__",
      "?contract=brief&contract=source",
    );
    const boundary = oneof({ arbitrary: constant("cut"), weight: 8 }, { arbitrary: constantFrom(...boundaries), weight: 1 });
    const difference = oneof({ arbitrary: constant(0), weight: 8 }, { arbitrary: constantFrom(-40, -1, 1, 100_000, 1e15), weight: 1 });
    return record({ parts, ending, declared, boundary, difference }).map(({ parts, ending, declared, boundary, difference }) => {
      const body = Buffer.concat([
        ...parts.flatMap(({ head, body }) => [Buffer.from(`--cut\r\n${head}\r\n\r\n`), Buffer.from(body), Buffer.from("\r\n")]),
        Buffer.from(ending),
      ]);
      const isWhole = difference <= 0;
      const length = isWhole ? Math.max(0, body.length + difference) : body.length + difference;
      const headers = [["Content-Type", `multipart/form-data; boundary=${boundary}`]] as const;
      return {
        label: `form of ${parts.length} parts, boundary ${boundary}, ${difference} bytes off${declared}: ${parts[0]?.head.slice(0, 100) ?? "nothing"}`,
        parts: [toBytes(endpoint, { method: "POST", target: `/upload${declared}`, headers, body, length })],
        // Two letters are a brief, and under a named contract the file's own name does not matter.
        mayPass: parts.length === 1 && (declared.startsWith("?contract=brief") || parts[0]?.head.includes('filename="brief.md"') === true),
        // A body that never ends is ended by the client.
        ...(!isWhole && { leaves: "ends" as const, mayEnd: true }),
      };
    });
  },
};
