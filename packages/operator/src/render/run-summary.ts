import { join } from "node:path";
import type { RunStatus } from "@tasuki/protocol";
import { toLine } from "./plain-text.ts";
import { withoutNote } from "./run-progress.ts";
import { stageSpan, toDuration, toSize, workSpan } from "./quantity.ts";
import { line, type Line, type Style, type Words } from "./style.ts";

export interface SummaryOptions {
  /** The local relay's data folder; undefined for one that is removed when the nodes have ended. */
  readonly data: string | undefined;
  readonly style: Style;
  /** True where the nodes keep running, so that the commands can be typed at once. */
  readonly keep: boolean;
  /** A command to type, from its words. */
  readonly next: (...words: string[]) => string;
}

/** Warnings about the documents of a run: those that could not be read, and that there was none to answer from. */
export function toUnreadLines({ sources }: RunStatus): string[] {
  const unread = sources.filter(({ unreadable }) => unreadable !== undefined);
  const none = sources.length === 0 ? "no document was given" : "none of the documents could be read";
  return [
    ...(unread.length === sources.length ? [`The text answers from nothing: ${none}.`] : []),
    ...unread.map(({ name, label, unreadable = "" }) => `${name} (${toLine(label)}) could not be read: ${toLine(unreadable)}`),
  ];
}

/** The summary of a closed run of a local relay: what each stage took, the artifacts and where they are, what to try next. */
export function toSummary(status: RunStatus, { data, style, keep, next }: SummaryOptions): Words[] {
  const { id, createdAt, endedAt = createdAt, stages, bundle } = status;
  const took = Date.parse(endedAt) - Date.parse(createdAt);
  const files = stages.flatMap(({ stage, epoch, outputs }) => outputs.map(({ name, size }) => ({ name, size, stage, epoch })));
  const width = Math.max(7, ...files.map(({ name }) => name.length));
  const named = (name: string, words: Words): Line => line`  ${name.padEnd(width)}  ${words}`;
  const last = files.at(-1)?.name;
  return [
    "",
    status.without === undefined
      ? style.good(`Closed in ${toDuration(took)}: every check passed on main, and every node has archived the same bundle.`)
      : style.warn(`Closed in ${toDuration(took)} ${withoutNote(status.without)}; every check passed on main.`),
    ...toUnreadLines(status).map((words) => style.warn(words)),
    "",
    "What each stage took, from its dispatch to its proof",
    ...stages.map((stage) => {
      const work = workSpan(stage);
      const total = toDuration(stageSpan(stage, status, Date.parse(endedAt)) ?? 0).padStart(8);
      return named(
        stage.stage,
        line`${total}${work === undefined ? "" : `  of which ${toDuration(work)} work`}  ${style.dim(toLine(stage.producer ?? ""))}`,
      );
    }),
    "",
    ...(data === undefined
      ? ["The artifacts", ...files.map(({ name, size, stage }) => named(name, `${toSize(size)} of ${stage}`))]
      : [
          "The artifacts, where they were made",
          ...files.map(({ name, stage, epoch }) => named(name, join(data, stage, "artifacts", id, `${stage}.${epoch}`, name))),
          named("archive", join(data, "main", "archive", id)),
        ]),
    ...(bundle === undefined ? [] : [named("bundle", style.dim(`sha256 ${bundle}`))]),
    "",
    ...(data === undefined
      ? [
          "The nodes end now, and their data folder, a temporary one, is removed. To keep them, and ask them with the other commands",
          line`  ${style.dim("pnpm demo --keep")}`,
          "to keep the files",
          line`  ${style.dim("pnpm demo --data your-folder")}`,
        ]
      : [
          ...(keep ? ["Next, in another terminal"] : ["Next: start the nodes again, and in another terminal ask them", `  ${next("dev")}`]),
          `  ${next("show", id)}`,
          ...(last === undefined ? [] : [`  ${next("artifacts", id, last)}`]),
        ]),
    "or a run of your own",
    line`  ${style.dim('pnpm demo --brief "Your question?" your-folder/ notes.pdf')}`,
  ];
}
