// Roles whose files show what they were made from: each names the digest of the file before it.
import {
  artifactOf,
  defineArtifact,
  defineRole,
  type AnyArtifact,
  type AnyRole,
  mainPort,
  type Pipeline,
  sha256Of,
} from "@tasuki/protocol";
import { brief } from "@tasuki/contracts/artifacts/brief";
import { run } from "@tasuki/contracts/artifacts/run";
import { sourceText } from "@tasuki/contracts/artifacts/source-text";
import { z } from "zod";

const Result = z.object({ role: z.string(), from: z.string(), decision: z.string().optional() });
export type Result = z.infer<typeof Result>;

const form = /^role: ([a-z0-9-]+)\nfrom: ([0-9a-f]{64})\n(?:decision: ([a-z]+)\n)?$/;

function resultOf(role: string): AnyArtifact {
  return defineArtifact({
    name: `${role}-result`,
    file: `${role}-result.txt`,
    version: 1,
    mediaType: "text/plain",
    maxBytes: 10_000,
    schema: Result,
    read(text, file) {
      const [, name = "", from = "", decision] = form.exec(text) ?? [];
      if (name !== role)
        return {
          ok: false,
          unmet: [{ file, line: 1, expected: `role: ${role}`, got: text.slice(0, 40), fix: "write the file as its role does" }],
        };
      return { ok: true, value: { role: name, from, ...(decision !== undefined && { decision }) } };
    },
    write: toText,
    decides: { field: "decision", forward: "converged", back: "rework" },
  });
}

export function toText({ role, from, decision }: Result): string {
  return `role: ${role}\nfrom: ${from}\n${decision === undefined ? "" : `decision: ${decision}\n`}`;
}

/** Origin that a role's result must have: the file before it, or for the first role the brief. */
interface Before {
  readonly sha256: string;
}

const pipelines = new Map<number, Pipeline>();

/** Pipeline of main and as many roles; the first three have the names of the real ones. */
export function simulatedPipeline(roles: number): Pipeline {
  const pipeline = pipelines.get(roles) ?? createPipeline(roles);
  pipelines.set(roles, pipeline);
  return pipeline;
}

function createPipeline(roles: number): Pipeline {
  const names = Array.from({ length: roles }, (_, at) => ["nano", "sg", "jp"][at] ?? `role-${at + 1}`);
  const results = names.map(resultOf);
  const made = names.map((name, at): AnyRole => {
    const from = results[at - 1] ?? brief;
    const own = results[at] ?? brief;
    return defineRole({
      name,
      port: mainPort + 1 + at,
      consumes: at === 0 ? [run, brief, sourceText] : [run, from],
      produces: [own],
      // The result of the next role comes back with work that it sends back.
      feedback: results.slice(at + 1, at + 2),
      check(inputs, outputs) {
        // The files of a stage by their artifacts' names, which only this loop knows.
        const files = { ...inputs, ...outputs } as unknown as Record<string, Before & { value: Result }>;
        const [expected, got] = [files[from.name]?.sha256, files[`${name}-result`]?.value.from];
        if (expected === got) return [];
        return [
          { file: `${name}-result.txt`, line: 2, expected: `from: ${expected}`, got: `${got}`, fix: `name the digest of ${from.file}` },
        ];
      },
    });
  });
  return {
    module: import.meta.url,
    profiles: { plain: "anything that keeps its contract" },
    intake: { brief, sources: sourceText },
    given: [run, brief, sourceText],
    roles: made,
  };
}

/**
 * Files that an honest relay makes of a brief: the digest of each role's file, by name. `made` are digests of results that may have been
 * sent back, and that people then decided to go on with.
 */
export function expectedFiles(pipeline: Pipeline, briefText: string, made: ReadonlySet<string> = new Set()): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const asked = brief.read(briefText);
  // Main writes it again from its value, with the questions that it finds in it.
  let from = sha256Of(asked.ok ? brief.write(asked.value) : briefText);
  for (const { name, produces } of pipeline.roles) {
    const sentBack = sha256Of(toText({ role: name, from, decision: "rework" }));
    const sha256 = made.has(sentBack) ? sentBack : sha256Of(toText({ role: name, from }));
    for (const slot of produces) files.set(artifactOf(slot).file, sha256);
    from = sha256;
  }
  return files;
}
