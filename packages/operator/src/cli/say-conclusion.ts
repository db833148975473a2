import { blocksOf, type RunConclusion, type RunStatus } from "@tasuki/protocol";
import { toDuration } from "../render/quantity.ts";
import { toBlock } from "../render/block-lines.ts";
import { cancelledNote, failedNote, withoutNote } from "../render/run-progress.ts";
import { toClosing, toPaused } from "../render/run-detail.ts";
import { toUnreadLines } from "../render/run-summary.ts";
import type { Cli } from "./cli.ts";
import type { DataOption } from "./options.ts";

export interface ShownConclusion {
  readonly run: string;
  readonly status: RunStatus | undefined;
  readonly conclusion: RunConclusion | undefined;
  readonly options: DataOption;
  /** The nodes after the command: they keep running, end with it, or end and are removed with their data. */
  readonly nodes?: "running" | "ending" | "removed";
}

/** Says the conclusion of a run when nobody watches it any more, and what to do next. */
export function sayConclusion(cli: Cli, { run, status, conclusion, options, nodes = "running" }: ShownConclusion): void {
  const style = cli.messageStyle;
  switch (conclusion) {
    case "closed": {
      const took = status?.endedAt === undefined ? "" : ` in ${toDuration(Date.parse(status.endedAt) - Date.parse(status.createdAt))}`;
      const without = status?.without === undefined ? undefined : withoutNote(status.without);
      if (without === undefined)
        cli.say(style.good(`Run ${run} is closed${took}: every check passed on main, every node has archived it.`));
      else
        cli.say(style.warn(`Run ${run} is closed${took}, ${without}: every check passed on main, and every other node has archived it.`));
      for (const words of status === undefined ? [] : toUnreadLines(status)) cli.say(style.warn(words));
      cli.say(`Its files: ${cli.next(options, "artifacts", run)}`);
      return;
    }
    case "failed":
    case "cancelled":
      cli.say(
        style.bad(
          `Run ${run} is ${status === undefined ? conclusion : conclusion === "cancelled" ? cancelledNote(status) : failedNote(status)}.`,
        ),
      );
      if (nodes !== "removed") cli.say(`What happened: ${cli.next(options, "show", run)}`);
      return;
    case "needs-human":
      for (const shown of status === undefined ? [] : blocksOf(status))
        for (const line of toBlock(shown, { style, next: nodes === "removed" ? undefined : (...words) => cli.next(options, ...words) }))
          cli.say(line);
      for (const words of status === undefined ? [] : toPaused(status, (...words) => cli.next(options, ...words))) cli.say(words);
      if (nodes === "removed")
        return cli.say(`Run ${run} needs a person, but its nodes end now, and their data folder is removed: --keep or --data keeps it.`);
      if (nodes === "ending")
        cli.say(`The nodes are being ended, with the run as far as it is. Start them again: ${cli.next(options, "dev")}`);
      cli.say(`Run ${run} needs a person. To give it up: ${cli.next(options, "cancel", run)}`);
      return;
    case undefined:
      for (const words of status === undefined ? [] : toClosing(status, (...words) => cli.next(options, ...words))) cli.say(words);
      cli.say(`Stopped watching; run ${run} goes on. Follow it again: ${cli.next(options, "watch", run)}`);
  }
}
