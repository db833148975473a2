// Messages between nodes.
export { type Block, type BlockKind } from "./messages/block.ts";
export {
  type ArtifactText,
  type AttemptFailure,
  type Condition,
  FeedEntry,
  Health,
  type Quarantined,
  Rung,
  type RunConclusion,
  type RunState,
  RoundStatus,
  RunStatus,
  type ForeignFile,
  type StageStatus,
  type WorkEvidence,
  Status,
  TaskAnswer,
  type TaskState,
  type TaskStatus,
  UploadAnswer,
} from "./messages/answers.ts";
export { StatusQuery, WatchQuery } from "./messages/queries.ts";
export { Envelope, receiptPayloadType, taskPayloadType } from "./messages/envelope.ts";
export { Grant, grantPayloadType } from "./messages/grant.ts";
export { FileName, Id, Name, parseContractRef, refOf, Sha256, sha256Of } from "./messages/identifiers.ts";
export { gotAt } from "./messages/got-at.ts";
export { checkShape, decodeMarked, parseJson, parseMessage, toExpected, toInputError, withoutMark } from "./messages/parse-message.ts";
export {
  fromProblem,
  hasErrorCode,
  isNoSpace,
  isTasukiError,
  Problem,
  type ProblemCode,
  type ProblemDetails,
  problems,
  shortenedUnmet,
  TasukiError,
  toProblem,
  Unmet,
} from "./messages/problem.ts";
export {
  type AskedClocks,
  clipClocks,
  clockNames,
  Clocks,
  clockTable,
  defaultClocks,
  longestClock,
  longestDeadline,
  withClocks,
} from "./messages/clocks.ts";
export { clipText, shortened } from "./messages/said.ts";
export { blocksOf, conclusionOf, hasEnded, pastBlocksOf, type RunBlock } from "./messages/run-conclusion.ts";
export { Receipt, receiptPredicateType, type ReceiptState, ReceiptStatement } from "./messages/receipt.ts";
export { unknownKeys } from "./messages/unknown-keys.ts";
export { systemCause, systemCode } from "./messages/system-cause.ts";
export { maxTextLength, saltedDigest, SaltedText, TextName } from "./messages/salted-text.ts";
export { type Attachment, mostAttachments, RunRequest, SteerRequest, TaskKind, TaskPayload } from "./messages/task.ts";

// Definitions of artifacts, roles and pipelines.
export { defineAuthoring } from "./kit/authoring.ts";
export {
  type AnyArtifact,
  type Artifact,
  type CompletionContext,
  type Complaint,
  type Decision,
  defineArtifact,
  type Document,
  type Documents,
  fileNameOf,
  isFileOf,
  type ValueOf,
} from "./kit/define-artifact.ts";
export { type EarlierVersion, earlierVersion } from "./kit/earlier-version.ts";
export {
  artifactNamed,
  artifactsOf,
  carriedTo,
  defaultProfile,
  definePipeline,
  mainPort,
  operatorPort,
  nextRole,
  type Pipeline,
  roleOf,
  type View,
} from "./kit/define-pipeline.ts";
export {
  type AnyRole,
  artifactOf,
  defineRole,
  type InputsOf,
  isOptional,
  optional,
  type OutputsOf,
  type Role,
  type Slot,
} from "./kit/define-role.ts";

// Files of a stage: read, completed and judged by those definitions.
export { answerView, maxAnswerBytes, viewNamed } from "./kit/answer-view.ts";
export { artifactAt, pipelineAt, roleAt, type Versions } from "./kit/at-versions.ts";
export { checkStages } from "./kit/check-stages.ts";
export { contractDigests, differingContracts, type JsonSchema, toJsonSchema } from "./kit/contract-digest.ts";
export { describeOutputs, Direction, directionOf, type OutputFile } from "./kit/describe-outputs.ts";
export { gate } from "./kit/gate.ts";
export { judgeFile, rewriteFile } from "./kit/judge-file.ts";
export { completeStage, judgeStage } from "./kit/judge-stage.ts";
export { readDocuments } from "./kit/read-documents.ts";
export { type Parsed, parseText, readText, type StageFile } from "./kit/read-text.ts";
export { maxResultBytes, readResultNote, resultFile, type ResultNote } from "./kit/result-note.ts";
export { filesOfSlots, sortFiles } from "./kit/stage-files.ts";

// Parts of file formats.
export { formatIds, formatItems, readFields, readIds, readItems, readNumber, refuseLines } from "./text/fields.ts";
export { completeHeaded, formatHeaded, readHeaded } from "./text/headed-file.ts";
export { formatFrontMatter, type HeaderField } from "./text/header.ts";
export { distinct, fromInline, Line, reference, Text, toCell, toInline } from "./text/line.ts";
export { cellsIn, checkColumns, formatTable, type MdFile, readMdFile, refuseRows, type Section } from "./text/markdown.ts";
export { type Contract, checkContract, createReport, judge, longest, type Report, type Rules } from "./text/report.ts";
export { readTxtFile, type TxtFile } from "./text/txt-file.ts";
export { gatherBytes, isCrumbled } from "./messages/gather-bytes.ts";
export { escapeUnseen, replaceUnseen } from "./messages/unseen.ts";

// The run.
export { artifactsOnWire, broughtTo, handedTo, toldTo } from "./run/brought-to.ts";
export { Note, notes, type Notes, toNote, toUnmetNote, withNotes } from "./run/notes.ts";
export { clocksOfStage, nextInRoute, parseRunFile, parseRunPlan, type RunPlan, versionsIn, versionsOf } from "./run/parse-run-file.ts";
export { anyRun, type SourceBlockKind, sourceBlockKinds, defineRun, mostBlocks, Run, RunSource, SourceBlock } from "./run/run.ts";
export { gapOfSource } from "./run/gap-of-source.ts";

// Ports.
export { type Backoff, createBackoff } from "./ports/backoff.ts";
export { limitLogger } from "./ports/limit-logger.ts";
export {
  type Checker,
  type Clock,
  type Execution,
  type Executor,
  type ExecutorContext,
  type ExtractedSource,
  type Extractor,
  type Job,
  type KeepsChildren,
  type Logger,
  type NodeLife,
  type Outcome,
  outcomes,
} from "./ports/executor.ts";
export type { GivenFile, Judge, JudgedFile } from "./ports/judge.ts";
