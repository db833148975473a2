import { artifactsOnWire, isFileOf, parseContractRef, type Pipeline, type RunStatus } from "@tasuki/protocol";
import type { Trust } from "@tasuki/evidence";
import { openStore, type OpenStore } from "@tasuki/store";
import { lackingFiles } from "./lacking-files.ts";
import type { History, RecordedAnswer, RecordedStatus } from "../history/history.ts";
import { wholeFeed } from "../history/whole-feed.ts";
import { createBoot, within } from "./machine/boot.ts";
import type { Disk } from "./machine/disk.ts";
import type { Exchange } from "./machine/network.ts";
import type { VirtualTime } from "./machine/virtual-time.ts";
import { expectedFiles } from "./pipeline.ts";
import type { Running, SimulatedNode } from "./relay.ts";

/** Keeps what clients and nodes see, for the history checker. */
export interface Recorder {
  /** Watches a node from its start. */
  onStart(node: Pick<SimulatedNode, "name" | "role">, running: Running): void;
  onAnswer(exchange: Exchange): void;
  /** Somebody named the stage that a run is to go on with, whatever the one before it had decided. */
  onTakenFurther(run: string): void;
  history(briefs: ReadonlyMap<string, string>): Promise<History>;
  /** Last status of each run, as main showed it. */
  readonly last: ReadonlyMap<string, RunStatus>;
}

interface RecorderDeps {
  readonly pipeline: Pipeline;
  readonly trust: Trust;
  /** Name of the node that lies, if there is one. */
  readonly liar: string | undefined;
  readonly time: VirtualTime;
}

export function createRecorder({ pipeline, trust, liar, time }: RecorderDeps): Recorder {
  const stores = new Map<string, { name: string; role: string; store: OpenStore; disk: Disk }>();
  const sizes = new Map<string, number>();
  const answers: RecordedAnswer[] = [];
  const statuses: RecordedStatus[] = [];
  const last = new Map<string, RunStatus>();
  const shown = new Map<string, string>();
  const takenFurther = new Set<string>();

  /** Reads all that a data folder holds, also of a process that is gone. One whose database failed answers nothing more, and is opened once more. */
  const readThrough = async (store: OpenStore, { name, disk }: { name: string; disk: Disk }) => {
    const read = async (of: OpenStore) => ({ entries: await wholeFeed(of), lacking: await lackingFiles(of, disk) });
    try {
      return await read(store);
    } catch {
      const boot = createBoot({ node: name, time, disk, mishaps: { onFile: () => 0, onCommit: () => "kept" } });
      const options = { folder: "/data", clock: { now: () => time.now() }, newId: () => store.instance };
      return within(boot, async () => read(await openStore(options)));
    }
  };

  const lookAt = (runs: readonly (RunStatus | undefined)[] = []): void => {
    for (const run of runs) {
      if (run === undefined) continue;
      const text = JSON.stringify([run.state, run.epoch, run.stages.map(({ rung, epoch }) => [rung, epoch])]);
      last.set(run.id, run);
      if (shown.get(run.id) === text) continue;
      shown.set(run.id, text);
      statuses.push({ run, sizes: new Map(sizes) });
    }
  };

  return {
    last,
    onStart({ name, role }, running) {
      const { store, boot } = running;
      const measure = async (): Promise<void> => void sizes.set(store.instance, await store.feedSize());
      stores.set(store.instance, { name, role, store, disk: boot.disk });
      const { orchestrator } = running.node;
      const lookAfter = async (before: Promise<void>, read: Parameters<typeof look>[0]): Promise<void> => {
        await before;
        const runs = await read();
        await measure();
        lookAt(runs);
      };
      let looking = Promise.resolve();
      /** Looks after the looks before it. The statuses are read first: they must not be ahead of the sizes that they are recorded with. */
      const look = (read: () => Promise<readonly (RunStatus | undefined)[] | undefined>): void => {
        looking = lookAfter(looking, read);
        looking.catch((error: unknown) => {
          if (boot.isAlive()) throw error;
        });
      };
      // A commit that failed may be there after all.
      look(async () => orchestrator?.runs());
      store.onCommit([{ topic: "feed" }, { topic: "run" }], () => {
        const changing = running.changingRuns();
        look(() => Promise.all(changing.map(async (id) => orchestrator?.run(id))));
      });
    },
    onTakenFurther: (run) => void takenFurther.add(run),
    onAnswer({ from, to, verb, answer }) {
      if (verb !== "task") return;
      const { ok } = JSON.parse(answer) as { ok?: { task: string; receipt: RecordedAnswer["receipt"] } };
      if (ok !== undefined) answers.push({ from, to, task: ok.task, receipt: ok.receipt });
    },
    history: async (briefs) => ({
      route: pipeline.roles.map(({ name }) => name),
      trust,
      feeds: await Promise.all(
        [...stores].map(async ([instance, { name, role, store, disk }]) => {
          return { node: name, role, instance, ...(await readThrough(store, { name, disk })), lies: name === liar };
        }),
      ),
      answers,
      statuses: [...statuses, ...[...last.values()].map((run) => ({ run }))],
      isNamed(contract, name) {
        const { name: of } = parseContractRef(contract);
        if (of === "source") return /^S[1-9][0-9]*\.[a-z]+$/.test(name);
        const artifact = artifactsOnWire(pipeline).find((one) => one.name === of);
        return artifact !== undefined && isFileOf(artifact, name);
      },
      expected(run) {
        const brief = briefs.get(run);
        if (brief === undefined) return undefined;
        const outputs = last.get(run)?.stages.flatMap((stage) => stage.outputs) ?? [];
        const made = new Set(takenFurther.has(run) ? outputs.map(({ sha256 }) => sha256) : []);
        return expectedFiles(pipeline, brief, made);
      },
    }),
  };
}
