import { type AnyArtifact, broughtTo, FileName, fileNameOf, isFileOf, type Pipeline, TasukiError, type Unmet } from "@tasuki/protocol";

/** Contract of a raw source: any bytes, kept by main as they came. Intake extracts their text in a limited process; a bus never parses them. */
export const sourceContract = { name: "source", version: 1, maxBytes: 67_108_864 } as const;

/** Recognises the file name of a raw source: `S1.pdf`, `S2.md`, … */
function isSourceFile(fileName: string): boolean {
  return /^S[1-9][0-9]{0,4}\.[A-Za-z0-9]{1,16}$/.test(fileName);
}

/** A contract under which a node takes bytes. */
export interface TakenContract {
  readonly name: string;
  readonly version: number;
  /** Cap on a file, bytes. */
  readonly maxBytes: number;
  /** File names of the contract, for people. */
  readonly files: string;
  isFile(fileName: string): boolean;
  /** The artifact that parses a file; absent for raw sources, which are opaque. */
  readonly artifact?: AnyArtifact;
}

/**
 * Contracts that a node of a role takes, in every version that it reads, the current one first. A role takes the files that main may bring it;
 * main takes the files of requests, and those that the last role hands it.
 */
export function takenContracts(pipeline: Pipeline, role: string): readonly TakenContract[] {
  const carried = broughtTo(pipeline, role).flatMap(fromVersions);
  if (role !== "main") return carried;
  const { brief, sources } = pipeline.intake;
  const source: TakenContract = { ...sourceContract, files: "S1.pdf, S2.md, …", isFile: isSourceFile };
  return [...fromVersions(brief), ...(sources === undefined ? [] : [source]), ...carried];
}

function fromVersions({ versions }: AnyArtifact): readonly TakenContract[] {
  return versions.toReversed().map(fromArtifact);
}

function fromArtifact(artifact: AnyArtifact): TakenContract {
  const { name, version, maxBytes, many } = artifact;
  return {
    name,
    version,
    maxBytes,
    files: many ? `${fileNameOf(artifact, 1)}, ${fileNameOf(artifact, 2)}, …` : fileNameOf(artifact),
    isFile: (fileName) => isFileOf(artifact, fileName),
    artifact,
  };
}

/** Finds the contract of a reference, `name` or `name@version`. Throws `unknown_artifact`, `unknown_version`. */
export function contractOf(taken: readonly TakenContract[], ref: string): TakenContract {
  const [name, version] = ref.split("@");
  const known = taken.filter((one) => one.name === name);
  const contract = version === undefined ? known[0] : known.find((one) => one.version === Number(version));
  if (contract !== undefined) return contract;
  const [current] = known;
  if (current === undefined)
    throw unknownArtifact(`No contract of the name '${name}' is taken here.`, {
      file: "contract",
      expected: `one of: ${[...new Set(taken.map((one) => `${one.name} (${one.files})`))].join("; ")}`,
      got: ref,
      fix: "name one of these contracts in ?contract=",
    });
  const read = known.map((one) => one.version).toReversed();
  throw new TasukiError("unknown_version", `${name} is read here in ${versionsIn(read)}, not ${version}.`, {
    unmet: [
      {
        file: "contract",
        expected: known.map((one) => `${one.name}@${one.version}`).join(" or "),
        got: ref,
        fix: "write the file in that version, or upgrade this node",
      },
    ],
  });
}

function versionsIn(versions: readonly number[]): string {
  return versions.length === 1 ? `version ${versions.join("")}` : `versions ${versions.join(", ")}`;
}

/** Finds the contract of a file name. Throws `unknown_artifact`, `name_invalid`: the contract of another name is not guessed, and no file is renamed. */
export function contractOfFile(taken: readonly TakenContract[], fileName: string): TakenContract {
  const contract = taken.find((one) => one.isFile(fileName));
  if (contract !== undefined) return contract;
  const names = [...new Set(taken.map((one) => one.files))].join(", ");
  const shown = JSON.stringify(fileName.slice(0, 200));
  const rule = FileName.safeParse(fileName);
  if (!rule.success) {
    const expected = rule.error.issues[0]?.message ?? "a file name";
    throw new TasukiError("name_invalid", `${shown} is no file name: ${expected}.`, {
      unmet: [
        { file: fileName.slice(0, 200), path: "filename", expected, got: shown, fix: `name the file as its contract does: ${names}` },
      ],
    });
  }
  throw unknownArtifact(`No contract that is taken here has files named ${shown}; the names are: ${names}.`, {
    file: fileName.slice(0, 200),
    expected: `a file name of a contract: ${names}`,
    got: shown,
    fix: "give the file the name of its contract, or name the contract in ?contract=",
  });
}

function unknownArtifact(message: string, unmet: Unmet): TasukiError {
  return new TasukiError("unknown_artifact", message, { unmet: [unmet] });
}
