import { readFileSync } from "node:fs";

const document = readFileSync(new URL("../../docs/run-states.md", import.meta.url), "utf8");

/** The words in `code`. */
const codes = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);

/** The table below a heading: its header, then a row of cells each. */
function tableOf(heading: string): string[][] {
  const [, section = ""] = document.split(`\n## ${heading}\n`);
  const lines = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("|"));
  return lines
    .filter((_, at) => at !== 1)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The rows of a table by their first word, which must be one in `code`. */
function rowsOf(heading: string): { readonly name: string; readonly cells: readonly string[] }[] {
  return tableOf(heading)
    .slice(1)
    .map(([first, ...cells]) => ({ name: codes(first)[0] ?? "", cells }));
}

/** The states of a run: where each goes on to, and which blocks a run can have in it. */
export const runStates = rowsOf("The run").map(({ name, cells: [, next, blocks] }) => ({ name, next: codes(next), blocks: codes(blocks) }));

/** The rungs: what is awaited on each, and of whom in the document's words. */
export const rungs = rowsOf("The rungs of a stage").map(({ name, cells: [, awaits = ""] }) => ({
  name,
  awaits: codes(awaits)[0],
  of: awaits.replace(/^.* of /, ""),
}));

export const conditions = rowsOf("The conditions of a stage").map(({ name }) => name);

const [head = []] = tableOf("Rung, condition and block");
const columns = head.slice(1).flatMap(codes);

/** `rung | condition | block` of each cell's words; `free` is no block. */
export const combinations = rowsOf("Rung, condition and block").flatMap(({ name, cells }) => {
  const every = [...new Set(cells.flatMap(codes))];
  return cells.flatMap((cell, at) => (cell === "the same" ? every : codes(cell)).map((block) => `${name} | ${columns[at]} | ${block}`));
});

const shown = rowsOf("What a person sees and types");

interface DocumentedBlock {
  readonly name: string;
  /** `operator`, or a node in the document's words. */
  readonly owner: string;
  /** Receipts, rungs and events; `started+` is one of a later attempt. */
  readonly clearedBy: readonly string[];
  /** Kinds of blocks; `hand-off!` is one of other bytes alone. */
  readonly givesWayTo: readonly string[];
  readonly reasons: readonly { readonly words: string; readonly pattern: RegExp }[];
  /** Commands for a person to type. */
  readonly commands: readonly string[];
}

function blocksOf(heading: string): DocumentedBlock[] {
  return rowsOf(heading).map(({ name, cells: [, owner = "", clears = "", gives = ""] }) => {
    const own = shown.filter((row) => row.name === name).map(({ cells }) => cells);
    return {
      name,
      owner: codes(owner)[0] ?? owner,
      clearedBy: codes(clears.replaceAll(/`([a-z-]+)` of a later attempt/g, "`$1+`")),
      givesWayTo: codes(gives.replaceAll("`hand-off` of other bytes", "`hand-off!`")),
      reasons: own.flatMap(([reason]) => codes(reason).slice(0, 1)).map((words) => ({ words, pattern: toPattern(words) })),
      commands: own.flatMap(([, typed]) => codes(typed)),
    };
  });
}

/** `…` stands for anything. */
function toPattern(words: string): RegExp {
  return new RegExp(
    `^${words
      .split("…")
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("[^]*")}$`,
  );
}

/** The levels of the ladder, as rows of words. */
export const ladderRows = tableOf("What main does by itself")
  .slice(1)
  .map((cells) => cells.map((cell) => cell.replaceAll("`", "")));

export const stageBlocks = blocksOf("Blocks of a stage");
export const runBlocks = blocksOf("Blocks of the run");

const [verbHead = []] = tableOf("What people decide");

/** Cells of the table of verbs: the verb, the state of the run, and what the document says of both: a state, or the number of a refusal. */
export const decided = rowsOf("What people decide").flatMap(({ name: verb, cells }) =>
  cells.map((cell, at) => ({ verb, state: codes(verbHead[at + 1])[0] ?? "", says: codes(cell)[0] ?? cell })),
);

/** Words of the refusals, by their numbers. */
export const refusals = new Map(rowsOf("Refusals, word for word").map(({ name, cells }) => [name, codes(cells[0])[0] ?? ""]));

/** The arrows of the diagram: `accepted --> started`. */
export function readArrows(): readonly string[] {
  const [, diagram = ""] = document.split("```");
  const aliases = new Map([...diagram.matchAll(/state "([a-z-]+)" as (\w+)/g)].map(([, name = "", alias = ""]) => [alias, name]));
  return [...diagram.matchAll(/(\S+) --> ([^\s:]+)/g)].map(([, from = "", to = ""]) =>
    [from, to].map((one) => aliases.get(one) ?? one).join(" --> "),
  );
}
