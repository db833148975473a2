export { boilerplate, isBoilerplate } from "./checks/boilerplate.ts";
export { type CitationRun, citationsIn } from "./checks/citations.ts";
export { citeSentences } from "./checks/cite-sentences.ts";
export { type Range, splitSentences } from "./checks/sentences.ts";
export { type Statement, statementsOf } from "./checks/statements.ts";
export { artifactAt, pipelineAt, roleAt, type Versions } from "./at-versions.ts";
export { checkStages, type StagesToCheck } from "./check-stages.ts";
export type { Complaint } from "./complaint.ts";
export { completeStage, type DraftedStage, type StageContext } from "./complete-stage.ts";
export { type Brief, Question } from "./artifacts/brief.ts";
export { Clocks, defaultClocks, Profile } from "./artifacts/run.ts";
export {
  type AnyArtifact,
  type Artifact,
  type CompletionContext,
  defineArtifact,
  type Document,
  type Documents,
  fileNameOf,
  isFileOf,
  type Parsed,
  refOf,
  type ValueOf,
} from "./define-artifact.ts";
export { describeOutputs } from "./describe-outputs.ts";
export { contractDigest, type JsonSchema, toJsonSchema } from "./contract-digest.ts";
export { artifactNamed, artifactsOf, carriedTo, definePipeline, mainPort, nextRole, type Pipeline, roleOf } from "./define-pipeline.ts";
export {
  type AnyRole,
  artifactOf,
  type CheckContext,
  defineRole,
  type FilesOf,
  type InputsOf,
  isOptional,
  optional,
  type OutputsOf,
  type Role,
  type Slot,
  type ValuesOf,
} from "./define-role.ts";
export { type EarlierVersion, earlierVersion } from "./earlier-version.ts";
export {
  type Checker,
  type Clock,
  type Execution,
  type Executor,
  type ExecutorContext,
  type ExtractedSource,
  type Extractor,
  type Job,
  type Logger,
  type Outcome,
  outcomes,
  type OutputFile,
} from "./executor.ts";
export { gate } from "./gate.ts";
export { toInputError } from "./input-error.ts";
export { judgeStage } from "./judge-stage.ts";
export { ContractRef, FileName, Id, Name, parseContractRef, Sha256 } from "./identifiers.ts";
export {
  ArtifactText,
  Block,
  Condition,
  FeedEntry,
  Health,
  Quarantined,
  Rung,
  RunState,
  RunStatus,
  Shortcut,
  StageStatus,
  Status,
  StatusQuery,
  TaskAnswer,
  TaskState,
  TaskStatus,
  UploadAnswer,
  WatchQuery,
} from "./messages/answers.ts";
export { Envelope, receiptPayloadType, taskPayloadType } from "./messages/envelope.ts";
export { Receipt, receiptPredicateType, ReceiptState, ReceiptStatement } from "./messages/receipt.ts";
export { Attachment, RunRequest, TaskKind, TaskPayload } from "./messages/task.ts";
export {
  fromProblem,
  isTasukiError,
  Problem,
  type ProblemCode,
  type ProblemDetails,
  problems,
  TasukiError,
  toProblem,
  Unmet,
} from "./problem.ts";
export { parseRunFile, versionsIn, versionsOf } from "./parse-run-file.ts";
export { readDocuments } from "./read-documents.ts";
export { maxResultBytes, readResultNote, resultFile, type ResultNote } from "./result-note.ts";
export { sha256Of } from "./sha256.ts";
export { filesOfSlots, type StageFile } from "./stage-files.ts";
export { toExpected } from "./to-expected.ts";
