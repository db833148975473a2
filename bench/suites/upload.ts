import { execFile } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { startBenchRelay } from "../bench-relay.ts";
import { spreadOf, timed } from "../measure.ts";
import { type Figure, perSecond, type Suite } from "../suite.ts";

const execute = promisify(execFile);
const rounds = 3;
const files = 8;
const bytes = 64 * 2 ** 20;
const total = (files * bytes) / 1e6;

async function send(url: string, path: string, authorization: string): Promise<void> {
  const headers = { authorization, "content-type": "application/octet-stream", "content-length": bytes };
  const call = request(`${url}/upload?contract=source`, { method: "POST", headers });
  const answered = once(call, "response") as Promise<[IncomingMessage]>;
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), call);
  const [response] = await answered;
  for await (const _ of response);
  if (response.statusCode !== 201) throw new Error(`the upload was answered with ${response.statusCode}`);
}

export const upload: Suite = {
  name: "upload",
  what: `${files} files of 64 MiB (the cap on a source), hashed and fsynced; against cp, sha256sum and sync of the same bytes`,
  async measure() {
    await using relay = await startBenchRelay(["main"]);
    const folder = await mkdtemp(join(tmpdir(), "tasuki-bench-"));
    const { authorization } = await relay.as("operator");
    const before = await relay.memoryOf("main");
    const [ours, theirs]: [number[], number[]] = [[], []];
    try {
      for (let round = 0; round < rounds; round += 1) {
        const paths = Array.from({ length: files }, (_, nth) => join(folder, `${nth}`));
        // The bytes are new in each round, since bytes that are there already are not stored again.
        for (const path of paths) await writeFile(path, randomFillSync(Buffer.allocUnsafe(bytes)));
        ours.push(
          await timed(async () => {
            for (const path of paths) await send(relay.urlOf("main"), path, authorization);
          }),
        );
        theirs.push(
          await timed(async () => {
            for (const path of paths) {
              await execute("cp", [path, `${path}.copy`]);
              await execute("sha256sum", [`${path}.copy`]);
              await execute("sync", [`${path}.copy`]);
            }
          }),
        );
      }
    } finally {
      await rm(folder, { recursive: true });
    }
    const after = await relay.memoryOf("main");
    const rate = (samples: readonly number[]) => samples.map((each) => (total / each) * 1000);
    const [we, they] = [spreadOf(rate(ours)), spreadOf(rate(theirs))];
    const megabytes = ({ median, min, max }: ReturnType<typeof spreadOf>): Pick<Figure, "value" | "detail"> => ({
      value: `${median.toFixed(0)} MB/s`,
      detail: `${min.toFixed(0)}–${max.toFixed(0)} MB/s`,
    });
    return [
      { what: "POST /upload, one after another", ...megabytes(we) },
      { what: "cp, sha256sum, sync", ...megabytes(they) },
      { what: "upload over cp + sha256sum + sync", value: (we.median / they.median).toFixed(2), budget: "≥ 0.8" },
      { what: "files stored", value: perSecond((files / spreadOf(ours).median) * 1000) },
      {
        what: "main's resident memory",
        value: `+${(after.peak - before.now).toFixed(0)} MiB`,
        detail: `${before.now.toFixed(0)} MiB before, at most ${after.peak.toFixed(0)} MiB`,
        budget: "≤ +64 MiB",
      },
    ];
  },
};
