/** Limits of one kind of answer. */
export interface AnswerLimit {
  /** Bytes of the body. */
  readonly bytes: number;
  /** Values of its JSON, keys and elements of lists: what is parsed takes room by these, and not by its bytes alone. */
  readonly values: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** Limits of what another node answers, by the kind of answer. Nothing is parsed that is larger, and a call has its time limit beside these. */
export const answerLimits = {
  /** A digest and two lists for each contract of the relay, some 200 bytes each: a relay of 300 contracts. It is kept in main's database. */
  health: { bytes: 64 * KiB, values: 4_000 },
  /** A receipt names at most 2,048 files, each in 230 bytes, in base64: 620 KiB. */
  task: { bytes: MiB, values: 1_000 },
  /** A digest, a size, a contract. */
  upload: { bytes: 64 * KiB, values: 100 },
  /** A page has texts of 4 MiB, or one text, which is of 8 MiB at most. JSON writes a line break or a quotation mark in two bytes. */
  status: { bytes: 24 * MiB, values: 100_000 },
  /** Faults of a file, 201 lines at most; or 2,048 digests of missing files, 137 KiB. */
  problem: { bytes: 256 * KiB, values: 5_000 },
  /** An entry has a task of 2 MB and a receipt over its 2,048 files, both in base64: 3.3 MB. */
  entry: { bytes: 4 * MiB, values: 1_000 },
  /** Main's own answers to its operators: a thousand runs, each with its brief and some sources; or one run with 2,048 sources. */
  operator: { bytes: 64 * MiB, values: 1_000_000 },
} as const satisfies Record<string, AnswerLimit>;

/** Levels of lists and objects in an answer; the deepest that a node gives has ten. */
export const deepestAnswer = 64;

/** Limits of the answer to a request. */
export function limitOf(url: URL, { ok }: Pick<Response, "ok">): AnswerLimit {
  if (ok && url.pathname.startsWith("/operator/")) return answerLimits.operator;
  const kind = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  return ok && isCall(kind) ? answerLimits[kind] : answerLimits.problem;
}

function isCall(kind: string): kind is "health" | "task" | "upload" | "status" {
  return ["health", "task", "upload", "status"].includes(kind);
}
