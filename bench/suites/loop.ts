import { exampleRun } from "@tasuki/contracts/testing";
import { relay } from "@tasuki/contracts/relay";
import { artifactNamed, type AnyArtifact } from "@tasuki/protocol";
import { shipped, startBenchRelay } from "../bench-relay.ts";
import { type Figure, heldFigure, ms, type Suite } from "../suite.ts";
import type { Held } from "../watch-loop.ts";

const rounds = 5;
const mostMs = 50;

interface Body {
  readonly what: string;
  readonly to: string;
  readonly as: string;
  readonly path: string;
  readonly type: string;
  /** Makes the body of a round: other bytes each time. */
  readonly make: (round: number) => string;
}

/** Uploads of a contract at its cap, of what takes its reader longest. */
function upload({
  contract,
  to,
  as,
  unit,
  begin = "",
}: Pick<Body, "to" | "as"> & { contract: string; unit: string; begin?: string }): Body {
  const artifact = artifactNamed(relay, contract);
  if (artifact === undefined) throw new Error(`there is no ${contract}`);
  const { maxBytes, file }: AnyArtifact = artifact;
  return {
    what: `POST /upload of ${file}, ${(maxBytes / 2 ** 20).toFixed(2)} MiB`,
    to,
    as,
    path: `/upload?contract=${contract}`,
    type: "application/octet-stream",
    make: (round) => `${begin}${unit.repeat(Math.floor((maxBytes - begin.length - 8) / Buffer.byteLength(unit)))}${round}`,
  };
}

const head = (name: string): string => {
  const text = exampleRun()[name]?.[0]?.text ?? "";
  return text.slice(0, text.indexOf("\n\n") + 2);
};

function task(what: string, make: Body["make"]): Body {
  return { what: `POST /task, ${what}`, to: "main", as: "operator", path: "/task", type: "application/json", make };
}

const attachment = (nth: number) => ({
  name: `S${nth + 1}.md`,
  contract: "source@1",
  size: 1,
  sha256: `${nth}`.padStart(64, "0"),
  label: "é".repeat(256),
});

const bodies: readonly Body[] = [
  upload({ contract: "jp-final", to: "main", as: "jp", unit: "[C1] x\n", begin: head("jp-final") }),
  upload({ contract: "de-raw-output", to: "sg", as: "nano", unit: "== C1 S1\n| x\n", begin: head("de-raw-output") }),
  upload({ contract: "candidate-list", to: "sg", as: "nano", unit: "## a\n", begin: head("candidate-list") }),
  upload({ contract: "sg-review", to: "jp", as: "sg", unit: "| a ", begin: "# Verdicts\n\n" }),
  upload({ contract: "run", to: "nano", as: "main", unit: "{},", begin: '{"sources":[' }),
  upload({ contract: "source-text", to: "nano", as: "main", unit: "a receipt is signed. " }),
  upload({ contract: "brief", to: "main", as: "operator", unit: "?\n" }),
  task("a run with 2,048 attachments", (round) =>
    JSON.stringify({ kind: "run", brief: `What is ${round}?`, attachments: Array.from({ length: 2048 }, (_, nth) => attachment(nth)) }),
  ),
  task("16,000 values in 2 MB", (round) =>
    JSON.stringify({ kind: "run", round, x: Array.from({ length: 16_000 }, () => "x".repeat(120)) }),
  ),
  task("one text of 2 MB", (round) => JSON.stringify({ kind: "run", brief: `${round}${"é?\n".repeat(480_000)}` })),
  task("2.9 MB that is no JSON", (round) => `${round}${"[".repeat(60)}${"x".repeat(2_900_000)}`),
];

export const loop: Suite = {
  name: "loop",
  what: `How long the largest bodies hold the event loop of the node that takes them, the longest of ${rounds}; the first one starts what reads them`,
  async measure() {
    await using relay = await startBenchRelay(["main", "nano", "sg", "jp"], { ...shipped, isProbed: true });
    const send = async ({ to, as, path, type, make }: Body, round: number): Promise<number> => {
      const headers = { ...(await relay.as(as)), "content-type": type };
      const answer = await fetch(`${relay.urlOf(to)}${path}`, { method: "POST", headers, body: make(round) });
      await answer.arrayBuffer();
      return answer.status;
    };
    const figures: Figure[] = [];
    for (const body of bodies) {
      await relay.heldOf(body.to);
      const held: Held[] = [];
      const statuses = new Set<number>();
      for (let round = 0; round < rounds; round += 1) {
        statuses.add(await send(body, round));
        held.push(await relay.heldOf(body.to));
      }
      const [first = 0, ...others] = held.map(({ cpuMs }) => cpuMs);
      const longest = { cpuMs: Math.max(first, ...others), clockMs: Math.max(...held.map(({ clockMs }) => clockMs)) };
      const spread = `first ${ms(first)}, then ${ms(Math.min(...others))}–${ms(Math.max(...others))}; answered ${[...statuses].join(", ")}`;
      figures.push(heldFigure(body.what, longest, { mostMs, detail: spread }));
    }
    return figures;
  },
};
