import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { constant, constantFrom, integer, nat, oneof, record, tuple, type Arbitrary } from "fast-check";
import { type Headers, type Kind, toBytes } from "../request.ts";
import { naughty } from "./naughty.ts";

const folder = join(import.meta.dirname, "../../../packages/contracts/fixtures/artifacts");
/** Good files by the contract that they keep. */
const golden: readonly { readonly contract: string; readonly bytes: Buffer }[] = readdirSync(folder).map((name) => ({
  contract: name.split(".", 1)[0] ?? "",
  bytes: readFileSync(join(folder, name)),
}));
const contracts = [...new Set(golden.map(({ contract }) => contract))];

/** Text that parsers of Markdown, YAML and JSON have fallen over. */
const bombs: readonly string[] = [
  ">".repeat(50_000),
  "[".repeat(50_000),
  "![[](".repeat(20_000),
  "*a_".repeat(20_000),
  "`".repeat(30_000),
  "<!--".repeat(20_000),
  "| a ".repeat(30_000),
  "- ".repeat(30_000),
  "\n".repeat(200_000),
  " ".repeat(200_000),
  `---\na: &a [${"1,".repeat(9)}1]\n${Array.from({ length: 20 }, (_, at) => `b${at}: &b${at} [${`*${at === 0 ? "a" : `b${at - 1}`},`.repeat(9)}1]`).join("\n")}\n---\n`,
  `---\n${"a:\n ".repeat(5_000)}\n---\n`,
  "---\n__proto__: {x: 1}\nconstructor: 1\n---\n",
  "---\n!!js/function 'x'\n---\n",
  `{"a":${"[".repeat(100_000)}`,
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
  "\uFEFF# What?",
  "# What?\0",
];

/** A good file in which something is changed, left out, doubled or put in. */
const bent: Arbitrary<{ contract: string; bytes: Buffer }> = record({
  file: constantFrom(...golden),
  at: nat({ max: 10_000 }),
  length: integer({ min: 0, max: 200 }),
  text: oneof(naughty, constant("")),
  how: constantFrom("replace", "insert", "remove", "repeat", "flip", "cut"),
}).map(({ file: { contract, bytes }, at, length, text, how }) => {
  const [from, to] = [at % bytes.length, Math.min(bytes.length, (at % bytes.length) + length)];
  const [before, within, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
  const parts: Record<typeof how, Buffer[]> = {
    replace: [before, Buffer.from(text), after],
    insert: [before, Buffer.from(text), within, after],
    remove: [before, after],
    repeat: [before, ...Array.from({ length: 50 }, () => within), after],
    flip: [before, Buffer.from(within.map((byte) => byte ^ 0x80)), after],
    cut: [before],
  };
  return { contract, bytes: Buffer.concat(parts[how]) };
});
const strange = tuple(constantFrom(...contracts, "source"), oneof(constantFrom(...bombs), naughty)).map(([contract, text]) => ({
  contract,
  bytes: Buffer.from(text),
}));
const bomb = gzipSync(Buffer.alloc(10_000_000));

/** Raw bytes under every contract, with what may stand beside them. Good ones are taken: a source may be anything. */
export const uploads: Kind = {
  name: "uploads",
  share: 4,
  requests: (endpoint) =>
    record({
      file: oneof({ arbitrary: bent, weight: 4 }, { arbitrary: strange, weight: 2 }),
      query: oneof(
        { arbitrary: constant(""), weight: 6 },
        constantFrom("&sha256=", "&sha256=0", `&sha256=${"0".repeat(64)}`, "@1", "@0", "@99999999", "&x=y", "&contract=brief"),
      ),
      headers: oneof(
        { arbitrary: constant<Headers>([]), weight: 6 },
        constantFrom<Headers>(
          [["Content-Type", "application/octet-stream"]],
          [["Content-Encoding", "gzip"]],
          [["Content-Type", endpoint.canary]],
        ),
      ),
      missing: oneof({ arbitrary: constant(0), weight: 8 }, { arbitrary: constantFrom(1, 1_000, 1e9, 1e18), weight: 1 }),
    }).map(({ file: { contract, bytes }, query, headers, missing }) => {
      const isPacked = headers.some(([name]) => name === "Content-Encoding");
      const body = isPacked ? bomb : bytes;
      const length = missing === 0 ? body.length : body.length + missing;
      return {
        label: `${contract}${query}, ${body.length} bytes, ${missing} missing`,
        parts: [
          toBytes(endpoint, {
            method: "POST",
            target: `/upload?contract=${contract}${query}`,
            headers: [...headers, ["X-Secret", endpoint.canary]],
            body,
            length,
          }),
        ],
        mayPass: missing === 0 && !isPacked,
        ...(missing !== 0 && { leaves: "ends" as const, mayEnd: true }),
      };
    }),
};
