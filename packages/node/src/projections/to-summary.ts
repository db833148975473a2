import { anyRun, type Envelope, gapOfSource, type Receipt, RunSource } from "@tasuki/protocol";
import { claimedReceipt, textOf } from "@tasuki/evidence";
import { z } from "zod";
import type { Store } from "@tasuki/store";
import type { ArchivedFile } from "./run-files.ts";

interface Summarised {
  readonly run: string;
  readonly files: readonly ArchivedFile[];
  readonly evidence: readonly Envelope[];
  /** Texts that the evidence names, by their digests. */
  readonly texts: ReadonlyMap<string, string>;
  readonly bundle: string | undefined;
}

/** Summary of a run, one page for people: the question, who did what when, what is missing. It proves nothing; the manifest and the evidence do. */
export async function toSummary(store: Pick<Store, "blobs">, { run, files, evidence, texts, bundle }: Summarised): Promise<string> {
  const receipts = evidence
    .flatMap((envelope) => claimedReceipt(envelope)?.predicate ?? [])
    .sort((one, other) => (one.at < other.at ? -1 : 1));
  const read = (path: string): Promise<string | undefined> => {
    const file = files.find((one) => one.path === path);
    return file === undefined ? Promise.resolve(undefined) : store.blobs.read(file.sha256).then((bytes) => bytes.toString("utf8"));
  };
  const about = RunFile.safeParse(toJson(await read(anyRun.file))).data;
  const brief = await read(files.find(({ sha256 }) => sha256 === about?.brief)?.path ?? "");
  const gaps = gapsOfSources(about?.sources ?? []);
  return [
    `# Run ${run}`,
    "",
    ...(brief === undefined ? [] : [quote(brief), ""]),
    "| when (as the node says) | node | stage | epoch | attempt | said |",
    "| --- | --- | --- | --- | --- | --- |",
    ...receipts.map(
      (receipt) =>
        `| ${[receipt.at, receipt.node, receipt.stage, receipt.epoch, receipt.attempt, toSaid(receipt, texts)].map(cell).join(" | ")} |`,
    ),
    "",
    ...(gaps.length === 0
      ? []
      : ["Sources that were not read, not read whole, or read by a guess:", "", ...gaps.map((gap) => `- ${cell(gap)}`), ""]),
    "`sha256sum -c manifest-sha256.txt` checks the files, and the signed messages that it names. `evidence.jsonl` has every signed message, an envelope in",
    "each line; only a pinned key shows a change in one. In main's archive `evidence/` has those that the stages stand on, as they were signed, each",
    "under its SHA-256.",
    ...(bundle === undefined ? [] : ["", `The run was closed with the manifest whose SHA-256 is \`${bundle}\`.`]),
    "",
  ].join("\n");
}

function toSaid(receipt: Receipt, texts: ReadonlyMap<string, string>): string {
  const { state, producer, text, without } = receipt;
  const words = textOf(receipt, texts) ?? (text && "(its text is gone)");
  return [state, without && `without ${without.map(({ node }) => node).join(", ")}`, producer && `by ${producer}`, text?.code, words]
    .filter(Boolean)
    .join(": ");
}

const RunFile = z.object({ brief: z.string(), sources: z.array(RunSource) });

function toJson(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}

function gapsOfSources(sources: readonly RunSource[]): string[] {
  return sources.flatMap((source) => {
    const gap = gapOfSource(source);
    return gap === undefined ? [] : [`${source.raw.name} (${source.label}) ${gap}`];
  });
}

const briefShown = 600;

function quote(text: string): string {
  const start = text.length > briefShown ? `${text.slice(0, briefShown)} …` : text;
  return start
    .trimEnd()
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
}

function cell(value: string | number): string {
  return String(value).replaceAll("|", "\\|").replace(/\s+/g, " ");
}
