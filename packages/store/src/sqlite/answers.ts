import type { OutboxRow } from "../port/rows.ts";
import type { Grounds } from "../port/acceptance.ts";
import type { RunEvidence, StatusAnswer, StatusQuestion, TaskFacts } from "../port/store.ts";
import type { BlobRows } from "./blob-rows.ts";
import type { Events } from "./events.ts";
import type { Outbox } from "./outbox.ts";
import type { Runs } from "./runs.ts";
import type { Tasks } from "./tasks.ts";

interface AnswersDeps {
  readonly events: Events;
  readonly tasks: Tasks;
  readonly outbox: Outbox;
  readonly runs: Runs;
  readonly blobRows: BlobRows;
}

/**
 * Creates the reads that several tables answer. Each is one snapshot, for nothing is committed while it runs, and has the same number of
 * statements however much there is to tell.
 */
export function createAnswers({ events, tasks, outbox, runs, blobRows }: AnswersDeps) {
  const asked = (question: StatusQuestion): { tasks: readonly TaskFacts[]; outbox: readonly OutboxRow[] } => {
    if (question === "none") return { tasks: [], outbox: [] };
    if (question === "open") {
      const open = tasks.openFacts();
      return { tasks: open, outbox: outbox.ofTasks(open.map(({ row }) => row.id)) };
    }
    if ("run" in question) return { tasks: tasks.factsOfRun(question.run), outbox: outbox.ofRun(question.run) };
    return { tasks: tasks.facts(question.task), outbox: outbox.ofTasks([question.task]) };
  };
  const runOf = (id: string): Pick<Grounds, "run"> => {
    const run = runs.run(id);
    return run === undefined ? {} : { run };
  };

  return {
    grounds: (of: { task: string; run: string; blobs: readonly string[] }): Grounds => {
      const task = tasks.task(of.task);
      return {
        ...(task && { task }),
        epoch: tasks.epoch(of.run),
        ...runOf(of.run),
        blobs: blobRows.blobs(of.blobs),
        ...tasks.wordOf(of.run),
      };
    },
    statusOf: (question: StatusQuestion): StatusAnswer => ({
      size: events.size(),
      queue: tasks.queue(),
      ...asked(question),
      ...(typeof question === "object" && "run" in question && runOf(question.run)),
    }),
    evidenceOf: (run: string): RunEvidence => ({
      ...runOf(run),
      tasks: tasks.factsOfRun(run),
      outbox: outbox.ofRun(run),
      envelopes: events.about(run),
      texts: events.textsAbout(run),
    }),
  };
}
