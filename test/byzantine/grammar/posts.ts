import { randomUUIDv7 } from "node:crypto";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { type Envelope, sha256Of, type TaskPayload, taskPayloadType } from "@tasuki/protocol";
import type { RoleName } from "../../chaos/chaos-relay.ts";
import type { Random } from "../../sim/random.ts";
import type { Lie } from "../lie.ts";
import type { World } from "../world.ts";
import { hostileText, hostileValue } from "./hostile-text.ts";

/** Another node that the liar calls, with its own token. */
export interface Callee {
  readonly to: RoleName;
  readonly port: number;
  readonly token: string;
  readonly world: World;
  /** A run that is open and about which the liar is honest, if there is one: of those it may only say what it is not allowed to. */
  readonly honestRun: string | undefined;
  /** Reads a file that the liar's node has; undefined where it has none of that digest. */
  read(sha256: string): Promise<Buffer | undefined>;
  /** Told of each answer: a node that fails (500) was hurt by what came. */
  onAnswer(status: number, body: string): void;
}

interface Message {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Sends a request, and resolves when it is answered, or when there is no answer. */
export async function send(
  { port, token, onAnswer }: Pick<Callee, "port" | "token" | "onAnswer">,
  { method = "POST", path, headers = {}, body = "" }: Message,
): Promise<void> {
  const call = request({
    host: "127.0.0.1",
    port,
    method,
    path,
    agent: false,
    signal: AbortSignal.timeout(5_000),
    headers: { authorization: `Bearer ${token}`, "content-length": Buffer.byteLength(body), ...headers },
  });
  try {
    call.on("error", () => undefined);
    call.end(body);
    const [response] = (await once(call, "response")) as [IncomingMessage]; // node:http, 'response'
    onAnswer(response.statusCode ?? 0, (await buffer(response)).toString("utf8", 0, 500));
  } catch {
    // The connection was ended without an answer, as a bus may do with what is no HTTP.
  }
}

const json = { "content-type": "application/json" };
export const post = (callee: Callee, envelope: Envelope | object, headers: Readonly<Record<string, string>> = {}): Promise<void> =>
  postWith(callee, envelope, { headers });
const postWith = (
  callee: Callee,
  envelope: Envelope | object,
  { headers = {}, files }: { readonly headers?: Readonly<Record<string, string>>; readonly files?: unknown },
): Promise<void> => send(callee, { path: "/trpc/task", headers: { ...json, ...headers }, body: JSON.stringify({ envelope, files }) });

/** Lie that sends a signed task: work as the role before hands it on, with changes, and with files beside it. */
function task(
  name: string,
  changes: (base: TaskPayload, callee: Callee, random: Random) => object,
  files?: (task: TaskPayload, callee: Callee, random: Random) => unknown,
): Lie<Callee> {
  return {
    name,
    tell: (callee, random) => {
      const { world, to } = callee;
      const seen = world.tasks.length === 0 ? undefined : random.pick(world.tasks).payload;
      const base: TaskPayload = {
        v: 1,
        id: randomUUIDv7(),
        kind: "work",
        run: seen?.run ?? randomUUIDv7(),
        stage: to,
        epoch: seen?.epoch ?? 1,
        from: world.role,
        fromNode: world.role,
        to,
        attachments: seen?.attachments ?? [],
        prev: sha256Of("nothing"),
      };
      const told = { ...base, ...changes(base, callee, random) };
      return postWith(callee, world.sign(told, { payloadType: taskPayloadType }), { files: files?.(told, callee, random) });
    },
  };
}

/** Bytes of a liar's own in base64, as some of its files, and the attachments that name them. */
function ownFiles(random: Random): { readonly attachments: TaskPayload["attachments"]; readonly files: readonly string[] } {
  const texts = Array.from({ length: random.pick([1, 3, 40]) }, () => hostileText(random).slice(0, random.pick([0, 1, 300])));
  const attachments = texts.map((text, at) => ({
    name: random.pick([`S${at + 1}.txt`, "run.json", "brief.md", "nano-result.txt"]),
    contract: carried(random),
    size: Buffer.byteLength(text),
    sha256: sha256Of(text),
  }));
  return { attachments, files: texts.map((text) => Buffer.from(text).toString("base64")) };
}

/** Lie that sends work with files of the liar's own, which the work names. */
function workWithFiles(name: string, files: (own: ReturnType<typeof ownFiles>, random: Random) => unknown): Lie<Callee> {
  return {
    name,
    tell(callee, random) {
      const own = ownFiles(random);
      return task(
        name,
        () => ({ attachments: own.attachments }),
        () => files(own, random),
      ).tell(callee, random);
    },
  };
}

/** Tasks that a liar sends by itself: none of them may have an effect on a run about which it is honest. */
export const postLies: readonly Lie<Callee>[] = [
  task("a cancel of an honest run", (_, { honestRun }) => ({
    kind: "cancel",
    run: honestRun ?? randomUUIDv7(),
    attachments: [],
    epoch: 1_000,
    reason: "because",
  })),
  task("a close of an honest run", (_, { honestRun }) => ({
    kind: "close",
    run: honestRun ?? randomUUIDv7(),
    attachments: [],
    epoch: 1,
    bundle: sha256Of("x"),
  })),
  task("a nudge of an honest run", (_, { honestRun }) => ({ kind: "nudge", run: honestRun ?? randomUUIDv7(), attachments: [], epoch: 1 })),
  task("a run", (_, __, random) => ({ kind: "run", epoch: 0, brief: hostileText(random), attachments: [] })),
  task("another's work on an honest run", (_, { honestRun, world }, random) => ({
    run: honestRun ?? randomUUIDv7(),
    from: random.pick(["main", "nano", "sg", "jp"].filter((one) => one !== world.role)),
  })),
  task("work at an epoch that nobody gave", (_, __, random) => ({ epoch: random.pick([0, 2, 1_000_000, 2 ** 53 - 1, 2 ** 53, -1, 1.5]) })),
  task("work that is late", (_, __, random) => ({
    deadline: random.pick(["2020-01-01T00:00:00Z", "9999-12-31T23:59:59Z", hostileText(random)]),
  })),
  task("work for another", (_, { to }, random) => ({
    [random.pick(["to", "stage"])]: random.pick(["main", "nano", "sg", "jp", hostileText(random)].filter((one) => one !== to)),
  })),
  task("work that is placed elsewhere", (_, __, random) => ({
    nodes: { nano: hostileText(random), sg: "sg-2", jp: "jp-2", main: "main" },
  })),
  task("work with hostile names", (base, _, random) => ({
    attachments: base.attachments.map((one) => ({ ...one, name: hostileText(random) })),
  })),
  task("work with one name twice", (base) => ({ attachments: [...base.attachments, ...base.attachments] })),
  task("work with 3,000 files", (_, __, random) => ({
    attachments: Array.from({ length: random.pick([2_048, 3_000]) }, (___, at) => ({
      name: `f${at}.txt`,
      contract: "brief@1",
      size: 1,
      sha256: sha256Of(String(at)),
    })),
  })),
  task("work with files of other sizes", (base, _, random) => ({
    attachments: base.attachments.map((one) => ({ ...one, size: random.pick([0, 2 ** 53 - 1, -1, 1e9]) })),
  })),
  task("work with other contracts", (base, _, random) => ({
    attachments: base.attachments.map((one) => ({ ...one, contract: random.pick(["nothing@1", "brief@9", "run@1", hostileText(random)]) })),
  })),
  task("work with labels and reasons", (base, _, random) => ({
    reason: hostileText(random),
    attachments: base.attachments.map((one) => ({ ...one, label: hostileText(random) })),
  })),
  task("work of other types", (base, _, random) => ({ [random.pick(Object.keys(base))]: hostileValue(random) })),
  task("work with clocks and a brief", (_, __, random) => ({
    clocks: { startToClose: random.pick([2 ** 53, -1, 1]) },
    brief: "b".repeat(random.pick([1, 65_537])),
    profile: hostileText(random),
  })),
  task("work with keys that nobody knows", (_, __, random) => ({ junk: "#".repeat(random.pick([1, 500_000])), constructor: 1 })),
  task("work that follows from nothing", () => ({ prev: undefined })),
  workWithFiles("work with files of its own", ({ files }) => files),
  workWithFiles("work with files twice", ({ files }) => [...files, ...files]),
  workWithFiles("work with files that it does not name", ({ files }, random) => [
    ...files,
    Buffer.from(hostileText(random)).toString("base64"),
  ]),
  workWithFiles("work with files that are no base64", ({ files }, random) =>
    files.map((text) => `${text}${random.pick(["=", "\n", "é", " "])}`),
  ),
  workWithFiles("work with files of other types", (_, random) => hostileValue(random)),
  workWithFiles("work with files that are too much", (_, random) =>
    Array.from({ length: random.pick([1, 5, 3_000]) }, () => "A".repeat(random.pick([4, 90_000]))).slice(0, random.pick([1, 30, 3_000])),
  ),
  task(
    "work with the files of a run, and one changed",
    () => ({}),
    ({ attachments }, _, random) => attachments.map(({ sha256 }) => Buffer.from(random.pick([sha256, ""])).toString("base64")),
  ),
  {
    name: "work that was sent before",
    tell(callee, random) {
      const { world } = callee;
      const own = world.tasks.filter(({ payload }) => payload.to === callee.to);
      if (own.length === 0) return false;
      return post(callee, random.pick(own).envelope);
    },
  },
  {
    name: "a task under an id that is taken",
    tell(callee, random) {
      const { world } = callee;
      const own = world.tasks.filter(({ payload }) => payload.to === callee.to);
      if (own.length === 0) return false;
      return post(callee, world.sign({ ...random.pick(own).payload, reason: "another" }, { payloadType: taskPayloadType }));
    },
  },
  {
    name: "a signature that is none",
    tell: (callee, random) => {
      const { world, to } = callee;
      const payload = {
        v: 1,
        id: randomUUIDv7(),
        kind: "work",
        run: randomUUIDv7(),
        stage: to,
        epoch: 1,
        from: world.role,
        to,
        attachments: [],
      };
      const envelope = world.sign(payload, { payloadType: taskPayloadType, signer: world.stranger });
      return post(
        callee,
        random.pick([
          envelope,
          { ...envelope, signatures: [] },
          { ...envelope, signatures: [{ sig: "AAAA" }] },
          { ...envelope, payloadType: "x" },
        ]),
      );
    },
  },
  {
    name: "an envelope of other types",
    tell: (callee, random) =>
      post(
        callee,
        random.pick([
          null,
          [],
          1,
          { payload: 1 },
          { payload: "e30=", payloadType: taskPayloadType, signatures: hostileValue(random) },
        ]) as object,
      ),
  },
  {
    name: "a message that is too much",
    tell: (callee, random) =>
      send(callee, {
        path: "/trpc/task",
        headers: json,
        body: random.pick([
          "[".repeat(1_000_000),
          "[".concat("{},".repeat(500_000)).concat("{}]"),
          '"'.concat("a".repeat(1_900_000)).concat('"'),
          " ".repeat(9_000_000),
        ]),
      }),
  },
  {
    name: "a message in gzip",
    tell: (callee) =>
      send(callee, { path: "/trpc/task", headers: { ...json, "content-encoding": "gzip" }, body: gzipSync(Buffer.alloc(20_000_000, " ")) }),
  },
  {
    name: "hostile headers",
    tell: (callee, random) =>
      post(
        callee,
        {},
        random.pick([
          { "tasuki-budget-ms": "1e308" },
          { traceparent: "x".repeat(4_000) },
          { "content-type": "text/html" },
          { expect: "100-continue" },
          { "x-forwarded-for": "127.0.0.1", origin: "https://evil.example" },
        ]),
      ),
  },
  {
    name: "a question that it may not ask",
    tell: (callee, random) =>
      send(callee, {
        method: "GET",
        path: random.pick([
          "/trpc/watch?input=%7B%7D",
          "/status?include=artifacts",
          "/trpc/status?input=%7B%22include%22%3A%22artifacts%22%7D",
          "/operator/runs",
          "/%2e%2e/keys/receipt.pem",
        ]),
      }),
  },
];

export const upload = (
  callee: Callee,
  {
    contract,
    sha256,
    body,
    headers = {},
  }: { contract: string; sha256: string; body: string | Buffer; headers?: Readonly<Record<string, string>> },
): Promise<void> =>
  send(callee, {
    path: `/upload?contract=${encodeURIComponent(contract.toWellFormed())}&sha256=${sha256}`,
    headers: { "content-type": "application/octet-stream", ...headers },
    body,
  });

/** Contract of what a role hands on, or is given. */
const carried = (random: Random): string =>
  random.pick(["nano-result@1", "sg-result@1", "jp-result@1", "run@1", "brief@1", "source-text@1"]);

/** Files that a liar uploads by itself. */
export const fileLies: readonly Lie<Callee>[] = [
  {
    name: "a file of another digest",
    tell: (callee, random) => upload(callee, { contract: carried(random), sha256: sha256Of("other bytes"), body: hostileText(random) }),
  },
  {
    name: "a file that breaks its contract",
    tell: (callee, random) => {
      const body = random.pick([
        "",
        "role: nobody\n",
        `role: nano\nfrom: ${"g".repeat(64)}\n`,
        hostileText(random),
        Buffer.from([0xff, 0xfe, 0x00]),
        "\n".repeat(9_000),
      ]);
      return upload(callee, { contract: carried(random), sha256: sha256Of(body), body });
    },
  },
  {
    name: "a file that is too large",
    tell: (callee, random) => {
      const body = Buffer.alloc(random.pick([10_001, 300_000, 9_000_000]), "x");
      return upload(callee, { contract: carried(random), sha256: sha256Of(body), body });
    },
  },
  {
    name: "a file of another contract",
    tell: (callee, random) => {
      const body = `role: nano\nfrom: ${sha256Of(String(random.next()))}\n`;
      return upload(callee, {
        contract: random.pick(["source@1", "nothing@1", "brief@9", "run", hostileText(random), "../x@1"]),
        sha256: sha256Of(body),
        body,
      });
    },
  },
  {
    name: "a file that nobody asked for",
    tell: (callee, random) => {
      const body = `role: ${callee.world.role}\nfrom: ${sha256Of(String(random.next()))}\n`;
      return upload(callee, { contract: `${callee.world.role}-result@1`, sha256: sha256Of(body), body });
    },
  },
  {
    name: "a file that hides in a form",
    tell: (callee, random) => {
      const name = random.pick(["../../x", "a\u0000b", "nano-result.txt", "x".repeat(5_000), "CON"]);
      const part = `--b\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\nrole: nano\r\n`;
      const body = `${part.repeat(random.pick([1, 50]))}--b--\r\n`;
      return send(callee, { path: "/upload", headers: { "content-type": "multipart/form-data; boundary=b" }, body });
    },
  },
  {
    name: "a file in another coding",
    tell: (callee) => {
      const body = gzipSync(Buffer.alloc(50_000_000, "x"));
      return upload(callee, { contract: "nano-result@1", sha256: sha256Of(body), body, headers: { "content-encoding": "gzip" } });
    },
  },
  {
    name: "a file whose digest is none",
    tell: (callee, random) =>
      upload(callee, { contract: carried(random), sha256: random.pick(["", "x", "A".repeat(64), "0".repeat(63)]), body: "x" }),
  },
];
