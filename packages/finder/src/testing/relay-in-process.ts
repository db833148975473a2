import { defaultClocks, type Documents, judgeStage, readDocuments, refOf, sha256Of, type StageFile, type Unmet } from "@tasuki/protocol";
import { type Profile, type Run, run as runArtifact } from "@tasuki/contracts/artifacts/run";
import { brief as briefArtifact } from "@tasuki/contracts/artifacts/brief";
import { sourceText } from "@tasuki/contracts/artifacts/source-text";
import { producer } from "../index.ts";
import { work as research } from "../research/research.ts";
import { work as review } from "../review/review.ts";
import { work as write } from "../write/write.ts";

export interface GivenSource {
  readonly text?: string;
  /** Reason why there is no text. */
  readonly unreadable?: string;
  /** Facts that its extraction tells beside the text. */
  readonly blocks?: Run["sources"][number]["blocks"];
  readonly dropped?: string[];
}

export interface EmbeddedRun {
  /** Files of the run, by artifact name, up to the first stage that does not hold. */
  readonly documents: Documents;
  /** Unmet rules of the first stage that does not hold; empty where every stage does. */
  readonly unmet: readonly Unmet[];
}

const id = "01890a5d-ac96-774b-bcce-b302099a8057";
const works = [research, review, write];

/**
 * Whole relay by the embedded works in this process, for tests and benchmarks: every file is written, read again and put through the gates.
 * Rejects where what is given breaks its contracts.
 */
export async function relayInProcess(brief: string, sources: readonly GivenSource[], profile: Profile = "cited"): Promise<EmbeddedRun> {
  let files: StageFile[] = [
    file(runArtifact.file, runArtifact.write(toRun(brief, sources, profile))),
    file(briefArtifact.file, brief),
    ...sources.flatMap(({ text }, at) => (text === undefined ? [] : [file(`S${at + 1}.txt`, text)])),
  ];
  const given = readDocuments([runArtifact, briefArtifact, sourceText], files);
  if (!given.ok) throw new Error(`what is given breaks its contracts: ${JSON.stringify(given.unmet)}`);
  let documents = given.value;
  for (const work of works) {
    const { role } = work;
    const drafts = await work.perform(files, { run: id, progress: () => undefined });
    if (!drafts.ok) throw new Error(`the inputs of ${role.name} break their contracts: ${JSON.stringify(drafts.unmet)}`);
    const outputs = judgeStage(role, { inputs: documents, drafts: drafts.value }, { run: id, producer });
    if (!outputs.ok) return { documents, unmet: outputs.unmet };
    documents = { ...documents, ...outputs.value };
    files = [...files, ...drafts.value];
  }
  return { documents, unmet: [] };
}

function file(name: string, text: string): StageFile {
  return { name, bytes: Buffer.from(text, "utf8") };
}

function toRun(brief: string, sources: readonly GivenSource[], profile: Profile): Run {
  return {
    contract: refOf(runArtifact),
    run: id,
    brief: sha256Of(brief),
    profile,
    sources: sources.map(({ text, unreadable, blocks, dropped }, at) => {
      const name = `S${at + 1}.txt`;
      const held = { name, sha256: sha256Of(text ?? ""), size: Buffer.byteLength(text ?? "") };
      const readable = text === undefined ? { unreadable: unreadable ?? "it is a scan" } : { text: held, extractor: "given/1" };
      return { id: `S${at + 1}`, label: `source ${at + 1}`, raw: { ...held, mediaType: "text/plain" }, ...readable, blocks, dropped };
    }),
    route: works.map(({ role }) => ({ role: role.name, consumes: [], produces: [] })),
    versions: {},
    clocks: defaultClocks,
    deadline: "2026-11-25T00:00:00Z",
  };
}
