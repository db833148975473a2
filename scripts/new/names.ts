import { Name } from "@tasuki/protocol";

// ECMA-262, 12.7.2 and 12.7.1: words that are no names, in strict code either.
const words =
  "await break case catch class const continue debugger default delete do else enum export extends false finally for function if import in " +
  "instanceof new null return super switch this throw true try typeof var void while with yield let static implements interface package " +
  "private protected public arguments eval undefined";
// Names that the generated files import and declare themselves.
const used =
  "main relay work optional collect expect test gate z Id Text text contract run read other documents some assert property valueOf changed " +
  "stageOf exampleRun defineArtifact definePipeline defineRole defineExecutor createExecutor createJudge serveNode readEnv tryWork readHeaded formatHeaded " +
  "completeHeaded checkSameRun";
const reserved = new Set(`${words} ${used}`.split(" "));

/** The name of a role or an artifact, as files and the wire have it: `legal-opinion`. Throws a sentence where it can't be one. */
export function parseName(given: string, what: string): string {
  if (!Name.safeParse(given).success || given.endsWith("-") || given.includes("--"))
    throw new Error(
      `'${given}' can't name ${what}: lower-case letters, digits and single '-', the first a letter, at most 64, such as legal-opinion.`,
    );
  if ([toCamel(given), toPascal(given)].some((one) => reserved.has(one)))
    throw new Error(`'${given}' can't name ${what}: it means something else already.`);
  return given;
}

/** `legalOpinion` */
export function toCamel(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `LegalOpinion` */
export function toPascal(name: string): string {
  const camel = toCamel(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

/** Access to a name of an object: `.brief`, `["jp-final"]`. */
export function access(name: string): string {
  return name.includes("-") ? `[${JSON.stringify(name)}]` : `.${name}`;
}
