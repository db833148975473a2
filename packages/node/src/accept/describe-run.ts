import type { OutboxRow, StatusAnswer, TaskFacts } from "@tasuki/store";

/** Characters of a description. */
const longest = 1_000;

/** Description of a run of which a node has never had anything. */
export const nothingHere = "nothing of this run is here";

/** Describes what a node has of a run and what that waits for, in a sentence per task that is not over: the answer to a nudge. */
export function describeRun(status: StatusAnswer): string {
  const tasks = status.tasks.filter(({ row: { payload } }) => payload.kind === "work" || payload.kind === "run");
  const carried = tasks.flatMap((task) => toSentence(task, status) ?? []);
  const own = status.outbox.filter(({ carries, state }) => carries === undefined && (state === "pending" || state === "blocked"));
  const sentences = [...carried, ...own.map((row) => `${row.payload.kind} to ${toDelivery(row)}`)];
  if (sentences.length > 0) return sentences.join("; ").slice(0, longest);
  const last = tasks.at(-1)?.row;
  return last === undefined ? nothingHere : `nothing of this run is open here; its newest task is ${last.state}`;
}

function toSentence({ row, position }: TaskFacts, { queue, outbox }: StatusAnswer): string | undefined {
  const { payload, state, attempt, block } = row;
  const what = `${payload.kind === "run" ? "intake" : payload.stage} at epoch ${payload.epoch}`;
  switch (state) {
    case "queued": {
      const { waiting, running } = queue;
      const again = attempt > 0 ? ` for attempt ${attempt + 1}` : "";
      return `${what} waits in the queue${again}, place ${position ?? "?"} of ${waiting}, behind ${running} that run`;
    }
    case "running":
      return `${what} runs attempt ${attempt}`;
    case "produced": {
      const rows = outbox.filter(({ carries }) => carries === row.id);
      return rows.length === 0
        ? `${what} is produced, and hands nothing on`
        : `${what} is produced; hand-off to ${rows.map(toDelivery).join(", ")}`;
    }
    case "blocked": {
      const refused = outbox.filter(({ carries, state: sent }) => carries === row.id && sent === "blocked");
      // The description is of what the node does on being asked: a refusal of before is not its answer of now.
      return refused.length === 0
        ? `${what} is blocked: ${block?.reason ?? "no reason is recorded"}`
        : `${what} is produced; hand-off to ${refused.map(toDelivery).join(", ")}`;
    }
    case "done":
    case "fenced":
      return undefined;
  }
}

function toDelivery({ to, state, tries, last }: OutboxRow): string {
  const answer = last === undefined ? "" : `, last answer ${last}`;
  if (state === "blocked")
    return `${to} was refused, and is sent again now (the answer after ${tries} tries was ${last ?? "not recorded"})`;
  return `${to} is ${state} after ${tries} tries${answer}`;
}
