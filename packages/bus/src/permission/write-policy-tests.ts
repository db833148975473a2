import { artifactsOnWire, broughtTo, handedTo, nextRole, type Pipeline } from "@tasuki/protocol";
import { sourceContract } from "../wire/taken-contracts.ts";
import type { People } from "./edges.ts";
import { operatorLevels, type OperatorLevel, type Want } from "./permission.ts";
import { levelGroup, opsGroup, tagOf } from "./policy.ts";

interface Cells {
  readonly src: string;
  readonly dst: string;
  readonly accept: readonly Want[];
  readonly deny: readonly Want[];
}

const signed = (kind: Extract<Want, { call: "task" }>["kind"]): Want => ({ call: "task", kind, signed: true });
const unsigned = (kind: Extract<Want, { call: "task" }>["kind"]): Want => ({ call: "task", kind, signed: false });
const upload = (contract: string, bytes = 1): Want => ({ call: "upload", contract, bytes });
const health: Want = { call: "health" };
const seesAll: Want = { call: "status", scope: "all" };
const seesOwn: Want = { call: "status", scope: "own" };
const operator = (level: OperatorLevel): Want => ({ call: "operator", level });
const textBytes = 8 * 1024 * 1024;

/**
 * Writes `infra/tailnet/policy.tests.json`: for every pair of a caller and a role, the calls that must be allowed and those that must be refused.
 * The cells are derived from the order of the roles, and not from the grants that `writePolicy` writes, so that `tasuki acl check` and the tests
 * can hold the policy to them.
 */
export function writePolicyTests({ pipeline, people: given }: { readonly pipeline: Pipeline; readonly people: People }): string {
  const roles = pipeline.roles.map((role) => role.name);
  const all = artifactsOnWire(pipeline).map(({ name }) => name);
  const handed = (to: string): readonly string[] => handedTo(pipeline, to).map(({ name }) => name);
  const brought = (to: string): readonly string[] => broughtTo(pipeline, to).map(({ name }) => name);
  const others = (names: readonly string[]): Want[] =>
    [...all.filter((name) => !names.includes(name)), sourceContract.name].map((name) => upload(name));
  const uploads = (names: readonly string[]): Want[] => names.map((name) => upload(name, textBytes));
  const tooLarge = (names: readonly string[]): Want[] => names.map((name) => upload(name, textBytes + 1));

  const isScripted = (kind: string): boolean => (given.scripts ?? []).some((one) => one === kind);
  const people: Cells[] = [
    {
      src: opsGroup,
      dst: "main",
      accept: [
        unsigned("run"),
        signed("run"),
        ...(given.scripts ?? []).map(unsigned),
        upload("brief"),
        upload(sourceContract.name, sourceContract.maxBytes),
        seesAll,
        health,
        ...operatorLevels.map(operator),
      ],
      deny: [
        ...(["work", "nudge", "cancel", "close"] as const)
          .filter((kind) => !isScripted(kind))
          .flatMap((kind) => [signed(kind), unsigned(kind)]),
        upload(sourceContract.name, sourceContract.maxBytes + 1),
        ...all.filter((name) => name !== "brief").map((name) => upload(name)),
      ],
    },
    ...roles.map((dst) => ({
      src: opsGroup,
      dst,
      accept: [seesAll, health],
      deny: [unsigned("run"), signed("work"), upload("run"), operator("read")],
    })),
    ...operatorLevels
      .filter((level) => given[level] !== undefined)
      .map((level) => ({
        src: levelGroup(level),
        dst: "main",
        accept: operatorLevels.slice(0, operatorLevels.indexOf(level) + 1).map(operator),
        deny: [...operatorLevels.slice(operatorLevels.indexOf(level) + 1).map(operator), unsigned("run"), upload("brief"), seesOwn, health],
      })),
  ];
  const main = roles.map((dst): Cells => ({
    src: tagOf("main"),
    dst,
    accept: [...(["work", "nudge", "cancel", "close"] as const).map(signed), ...uploads(brought(dst)), seesAll, health],
    deny: [signed("run"), unsigned("work"), ...tooLarge(brought(dst)), ...others(brought(dst))],
  }));
  const handOffs = roles.map((src): Cells => {
    const dst = nextRole(pipeline, src);
    const kinds = (["run", "nudge", "cancel", "close"] as const).map(signed);
    return {
      src: tagOf(src),
      dst,
      accept: [signed("work"), ...uploads(handed(dst)), health],
      deny: [unsigned("work"), ...kinds, ...tooLarge(handed(dst)), ...others(handed(dst)), seesOwn, seesAll, operator("read")],
    };
  });
  const strangers = roles.flatMap((src) =>
    ["main", ...roles]
      .filter((dst) => dst !== src && dst !== nextRole(pipeline, src))
      .map((dst): Cells => ({
        src: tagOf(src),
        dst,
        accept: [],
        deny: [signed("work"), upload("run"), seesOwn, health, operator("read")],
      })),
  );
  return `${JSON.stringify({ tests: [...people, ...main, ...handOffs, ...strangers] }, null, 2)}\n`;
}
