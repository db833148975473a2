import { blocksOf, conclusionOf, type RunStatus } from "@tasuki/protocol";
import { toAge } from "./quantity.ts";
import { clip, toLine } from "./plain-text.ts";
import type { Line, Paint, Style } from "./style.ts";
import { toTable } from "./table.ts";

/** Runs in the order given, one line each. `now` is in milliseconds since 1970, `width` in characters. */
export function toRunList(runs: readonly RunStatus[], { now, width, style }: { now: number; width: number; style: Style }): Line[] {
  return toTable(
    runs,
    [
      { title: "RUN", cell: (run) => run.id },
      {
        title: "STATE",
        cell: (run) => (run.paused !== undefined ? "paused" : conclusionOf(run) === "needs-human" ? "blocked" : run.state),
        paint: (text, run) => paintOf(run, style)(text),
      },
      { title: "AGE", cell: (run) => toAge(now - Date.parse(run.createdAt)), align: "right" },
      { title: "AT", cell: (run) => whereOf(run) },
      { title: "BRIEF", cell: (run) => clip(toLine(run.brief), Math.max(20, width - 76)) },
    ],
    style.dim,
  );
}

/** The stage that a run is at, and its rung; or what main does with it. */
function whereOf(run: RunStatus): string {
  const { awaits, unreachable = [] } = run;
  if ((run.state === "closing" || run.state === "cancelling") && awaits.length > 0)
    return awaits.map((one) => (unreachable.includes(one) ? `awaits ${one}, which does not answer` : `awaits ${one}`)).join("; ");
  if (run.without !== undefined) return `without ${run.without.map(({ node }) => toLine(node)).join(", ")}`;
  if (run.state !== "open") return "main";
  const own = blocksOf(run).find(({ where }) => where === "main");
  if (own !== undefined) return own.needsHuman ? "main blocked" : "main held up";
  const at = run.stages.find((stage) => stage.block !== undefined) ?? run.stages.findLast((stage) => stage.rung !== "waiting");
  return at === undefined
    ? `main ${run.failure === undefined ? "intake" : "tries again"}`
    : `${at.stage} ${at.rung}${at.work === undefined ? "" : `, ${at.work}`}`;
}

function paintOf(run: RunStatus, style: Style): Paint {
  switch (conclusionOf(run)) {
    case "closed":
      return style.good;
    case "needs-human":
    case "failed":
    case "cancelled":
      return style.bad;
    case undefined:
      return style.mark;
  }
}
