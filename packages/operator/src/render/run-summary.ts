import { join } from "node:path";
import type { RunStatus } from "@tasuki/contracts";
import { toDuration } from "./duration.ts";
import { toLine } from "./plain-text.ts";
import { stageSpan, workSpan } from "./stage-span.ts";
import type { Style } from "./style.ts";

export interface SummaryOptions {
  /** The local relay's data folder. */
  readonly data: string;
  readonly style: Style;
  /** The nodes keep running, so that the commands can be typed at once. */
  readonly keep: boolean;
  /** A command to type. */
  readonly next: (...words: string[]) => string;
}

/** What a closed run of a local relay has left: the files and where they are, what each stage took, what to try next. */
export function toSummary(status: RunStatus, { data, style, keep, next }: SummaryOptions): string[] {
  const { id, createdAt, endedAt = createdAt, stages, bundle } = status;
  const took = Date.parse(endedAt) - Date.parse(createdAt);
  const files = stages.flatMap(({ stage, epoch, outputs }) =>
    outputs.map(({ name }) => ({ name, path: join(data, stage, "artifacts", id, `${stage}.${epoch}`, name) })),
  );
  const width = Math.max(0, ...files.map(({ name }) => name.length));
  return [
    "",
    style.good(`Closed in ${toDuration(took)}: every check passed on main, and every node has archived the same bundle.`),
    "",
    "What each stage took, from its dispatch to its proof",
    ...stages.map((stage) => {
      const work = workSpan(stage);
      const total = toDuration(stageSpan(stage, Date.parse(endedAt)) ?? 0);
      return `  ${stage.stage.padEnd(width)}  ${total.padStart(8)}${work === undefined ? "" : `  of which ${toDuration(work)} work`}  ${style.dim(toLine(stage.producer ?? ""))}`;
    }),
    "",
    "The artifacts, where they were made",
    ...files.map(({ name, path }) => `  ${name.padEnd(width)}  ${path}`),
    `  ${"archive".padEnd(width)}  ${join(data, "main", "archive", id)}`,
    ...(bundle === undefined ? [] : [`  ${"bundle".padEnd(width)}  ${style.dim(`sha256 ${bundle}`)}`]),
    "",
    ...(keep ? ["Next, in another terminal"] : ["Next: start the nodes again, and in another terminal ask them", `  ${next("dev")}`]),
    `  ${next("show", id)}`,
    `  ${next("artifacts", id, "sg-review.md")}`,
    "or a run of your own",
    `  ${style.dim('pnpm demo --brief "Your question?" your-folder/ notes.pdf')}`,
  ];
}
