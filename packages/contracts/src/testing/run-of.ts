import { artifactOf, artifactsOf, defaultClocks, type Document, sha256Of } from "@tasuki/protocol";
import { documentOf } from "@tasuki/protocol/testing";
import { run, type Run } from "../artifacts/run/run.ts";
import { relay } from "../relay.ts";

/** The run.json of a run of the relay over source texts, and over an unreadable source if asked for. */
export function runOf({
  id,
  profile = "cited",
  brief,
  texts,
  labels = [],
  unreadable = false,
}: {
  readonly id: string;
  readonly profile?: Run["profile"];
  readonly brief: Document;
  readonly texts: readonly Document<string>[];
  readonly labels?: readonly string[];
  readonly unreadable?: boolean;
}): Document<Run> {
  const read = texts.map(({ name, sha256, size }, at) => ({
    id: name.replace(".txt", ""),
    label: labels[at] ?? name,
    raw: { name, sha256, size, mediaType: "text/plain" },
    text: { name, sha256, size },
    extractor: "example/1",
  }));
  const scan = { name: "S9.pdf", sha256: sha256Of("a scan"), size: 6, mediaType: "application/pdf" };
  return documentOf(run, {
    contract: "run@1",
    run: id,
    brief: brief.sha256,
    profile,
    sources: unreadable ? [...read, { id: "S9", label: "a scan", raw: scan, unreadable: "it has no text" }] : read,
    route: relay.roles.map(({ name, consumes, produces }) => ({
      role: name,
      consumes: consumes.map((slot) => artifactOf(slot).name),
      produces: produces.map((slot) => artifactOf(slot).name),
    })),
    versions: Object.fromEntries(artifactsOf(relay).map(({ name, version }) => [name, version])),
    clocks: defaultClocks,
    deadline: "2026-12-01T12:00:00.000Z",
  });
}
