import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pipelineAt } from "@tasuki/protocol";
import { expect, onTestFinished, test } from "vitest";
import { loadPipeline, toPipelineRequest } from "./load-pipeline.ts";

const kit = import.meta.resolve("@tasuki/protocol");
const zod = import.meta.resolve("zod");

/** Source of a module that exports a relay: its letters are at version 2, and version 1 is still read and written. */
function relayOf({ roles = ["writer"], letter = "z.object({ text: z.string() })", module = "import.meta.url" } = {}): string {
  return `
import { anyRun, defineArtifact, definePipeline, defineRole, earlierVersion } from "${kit}";
import { z } from "${zod}";
const file = { mediaType: "text/plain", maxBytes: 1000, read: (text) => ({ ok: true, value: { text } }), write: ({ text }) => text };
const order = defineArtifact({ ...file, name: "order", version: 1, file: "order.txt", schema: z.object({ text: z.string() }) });
const first = defineArtifact({ ...file, name: "letter", version: 1, file: "letter.txt", schema: z.object({ text: z.string() }) });
const same = { toCurrent: (value) => value, fromCurrent: (value) => value };
const letter = defineArtifact({ ...file, name: "letter", version: 2, file: "letter.txt", schema: ${letter}, earlier: [earlierVersion(first, same)] });
const roles = ${JSON.stringify(roles)}.map((name, at) =>
  defineRole({ name, port: 18101 + at, consumes: [order], produces: at === 0 ? [letter] : [], check: () => [] }));
export const relay = definePipeline({ module: ${module}, profiles: {}, intake: { brief: order }, given: [anyRun, order], roles });
`;
}

/** A module of this text; its URL. */
async function moduleOf(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-pipeline-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "relay.ts"), source);
  return pathToFileURL(join(folder, "relay.ts")).href;
}

/** Loads the relay with the text of `child`, on the request of a parent that has loaded it with the text of `parent`. */
async function askOf(parent: string, child: string) {
  const request = toPipelineRequest(await loadPipeline({ module: await moduleOf(parent) }));
  return loadPipeline({ ...request, module: await moduleOf(child) });
}

test("a module's pipeline is loaded by its URL alone, and by a parent that has the same roles and contracts", async () => {
  const module = await moduleOf(relayOf());
  const pipeline = await loadPipeline({ module });
  expect(pipeline).toMatchObject({ module, roles: [{ name: "writer" }] });
  expect(await loadPipeline(toPipelineRequest(pipeline))).toBe(pipeline);
  expect((await askOf(relayOf(), relayOf())).roles).toHaveLength(1);
});

test("a pipeline over the versions of a run is asked for like the pipeline itself", async () => {
  const pipeline = await loadPipeline({ module: await moduleOf(relayOf()) });
  const used = pipelineAt(pipeline, { letter: 1 });
  expect(used.roles[0]?.produces).toMatchObject([{ name: "letter", version: 1 }]);
  expect(toPipelineRequest(used)).toEqual(toPipelineRequest(pipeline));
  expect(await loadPipeline(toPipelineRequest(used))).toBe(pipeline);
});

test("two pipelines with the same given artifacts and other roles are asked for by different digests", async () => {
  const pipeline = await loadPipeline({ module: await moduleOf(relayOf()) });
  const { contracts } = toPipelineRequest(pipeline);
  expect(toPipelineRequest({ ...pipeline, roles: [] }).contracts).not.toBe(contracts);
});

test.for([
  ["exports no pipeline", "export const relay = { name: 'relay' };", /relay\.ts exports no relay: export const relay = definePipeline/],
  ["exports one of another module", relayOf({ module: "'file:///elsewhere.ts'" }), /exports no relay: .*module: import\.meta\.url/],
  ["throws", "throw new Error('no licence');", /relay\.ts can't be loaded: no licence; mend it/],
] as const)("a module that %s is refused, and the message says what to do", async ([, source, message]) => {
  await expect(loadPipeline({ module: await moduleOf(source) })).rejects.toMatchObject({
    code: "invalid_state",
    message: expect.stringMatching(message),
  });
});

test("a pipeline that is another than the parent's is refused, and the message says in what and what to do", async () => {
  const refused = (message: RegExp) => ({ code: "invalid_state", message: expect.stringMatching(message) });
  await expect(askOf(relayOf(), relayOf({ roles: ["writer", "reader"] }))).rejects.toMatchObject(
    refused(/has the roles writer, reader, and this node has started with writer: start the node again\.$/),
  );
  const letter = "z.object({ text: z.string(), signature: z.string() })";
  await expect(askOf(relayOf(), relayOf({ letter }))).rejects.toMatchObject(
    refused(/has other contracts than this node has started with: start the node again\.$/),
  );
});
