import { format } from "node:util";
import { type Logger, type Problem, TasukiError, toProblem } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { startBus } from "../testing/bus-fixture.ts";
import { createFailureLog } from "./failure-log.ts";

const canary = "canary-7f3a";

/** A logger that keeps everything that it is told. */
function createLog() {
  const lines: string[] = [];
  const keep = (...what: unknown[]): void => void lines.push(format("%o", what));
  const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep };
  return { logger, lines };
}

const form = (fileName: string): string =>
  `--cut\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\n\r\nno heading\r\n--cut--\r\n`;
/** The problem that a body is, or that tRPC puts into one. */
function problemIn(body: unknown): Partial<Problem> {
  const { error } = body as { readonly error?: { readonly data: { readonly problem: Problem } } };
  return error?.data.problem ?? (body as Problem);
}
const multipart = { "content-type": "multipart/form-data; boundary=cut" };
const json = { "content-type": "application/json" };

test.each<{ what: string; method?: string; path: string; headers?: Record<string, string>; body?: string }>([
  { what: "a path", method: "GET", path: `/${canary}` },
  { what: "a path under one of the bus", path: `/upload/${canary}` },
  { what: "a query", method: "GET", path: `/status?run=${canary}` },
  { what: "the name of a contract", path: `/upload?contract=${canary}`, body: "x" },
  { what: "a method", method: "PROPFIND", path: "/task", headers: { "x-method": canary } },
  { what: "a token", method: "GET", path: "/health", headers: { authorization: `Bearer ${canary}` } },
  { what: "a Host", method: "GET", path: "/health", headers: { host: canary } },
  { what: "the name of a header", method: "GET", path: "/health", headers: { [`sec-fetch-${canary}`]: "x" } },
  { what: "a content coding", path: "/upload?contract=brief", headers: { "content-encoding": canary }, body: "x" },
  { what: "an expectation", path: "/task", headers: { expect: canary } },
  { what: "a budget", path: "/task", headers: { ...json, "tasuki-budget-ms": canary }, body: '{"kind":"run"}' },
  { what: "a media type", path: "/task", headers: { "content-type": `text/${canary}` }, body: "{}" },
  { what: "the name of a file in a form", path: "/upload", headers: multipart, body: form(`${canary}.md`) },
  { what: "a file name that is none", path: "/upload", headers: multipart, body: form(`../${canary}`) },
  { what: "the name of a file under a contract", path: "/upload?contract=brief", headers: multipart, body: form(`${canary}.md`) },
  { what: "a kind", path: "/task", headers: json, body: JSON.stringify({ kind: canary }) },
  { what: "JSON that is none", path: "/task", headers: json, body: `{"a": ${canary}}` },
  { what: "a payload's type", path: "/task", headers: json, body: JSON.stringify({ payload: "", payloadType: canary, signatures: [] }) },
  { what: "a tRPC input", method: "GET", path: `/trpc/status?input=${encodeURIComponent(JSON.stringify({ run: canary }))}` },
  { what: "a tRPC body", path: "/trpc/task", headers: json, body: JSON.stringify({ envelope: { payload: canary } }) },
])("$what is in no log, and in an answer only where it says what was found", async ({ method = "POST", path, headers = {}, body }) => {
  const { logger, lines } = createLog();
  await using bus = await startBus("main", { logger });
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  const answer = await bus.send(method, path, { as: "operator", headers: { ...length, ...headers }, ...(body !== undefined && { body }) });
  expect(lines).toHaveLength(1);
  expect(lines.join("")).toContain("a request was refused");
  expect(lines.join("")).not.toContain(canary);
  const { unmet: _found, detail: _said, ...rest } = problemIn(answer.body);
  expect(JSON.stringify([rest, answer.headers])).not.toContain(canary);
});

// guarantees: R11.words
test("of one caller a minute has 30 lines, of those that are not known as many together, and of each other as many of its own", () => {
  const { logger, lines } = createLog();
  let now = 0;
  const log = createFailureLog({ logger, clock: { monotonic: () => now } });
  const refusal = new TasukiError("not_granted", "It is not granted.");
  const refuse = (principal: string | undefined): number => {
    const before = lines.length;
    for (let nth = 0; nth < 1_000; nth += 1) log({ path: "/task", principal }, toProblem(refusal), refusal);
    return lines.length - before;
  };
  expect([refuse("node:nano"), refuse("node:sg"), refuse(undefined), refuse("node:nano")]).toEqual([30, 30, 30, 0]);
  now = 60_000;
  expect(refuse("node:nano")).toBe(30);
  expect(lines.join("")).toContain("unsaid: 1970");
});

test.each([
  ["a hand-off whose files its sender brings next", "attachments_missing", ["debug a task waits for files, which its sender brings next"]],
  ["a task of a lower epoch", "stale_epoch", ["info a request was refused"]],
] as const)("of %s there is in the log what it is: a step, or a refusal", async (_, code, said) => {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (_fields: object, message: string): void =>
      void lines.push(`${level} ${message}`);
  const logger: Logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  await using bus = await startBus("main", { logger, refusal: new TasukiError(code, "Not so.") });
  const body = JSON.stringify({ kind: "run", brief: "What?" });
  const sent = { as: "operator", headers: { ...json, "content-length": Buffer.byteLength(body) }, body };
  expect(await bus.send("POST", "/task", sent)).toMatchObject({ status: 409, problem: { code } });
  expect(lines).toEqual(said);
});
