/** Instruction of a backtracking matcher. Targets are indexes into the program; `back` matches towards the start, as a lookbehind does. */
export type Instruction =
  | { readonly op: "set"; readonly has: (character: string) => boolean; readonly back: boolean }
  | { readonly op: "assert"; readonly mark: string }
  | { readonly op: "look"; readonly program: readonly Instruction[]; readonly negated: boolean }
  | { readonly op: "split"; readonly first: number; readonly second: number }
  | { readonly op: "jump"; readonly to: number }
  | { readonly op: "enter"; readonly loop: number }
  | { readonly op: "repeat"; readonly loop: number };

type Code = (at: number) => Instruction[];

/** The engine's own `exec`, as it is before steps are counted. */
// oxlint-disable-next-line typescript/unbound-method -- `call` binds it to each pattern
export const exec = Function.prototype.call.bind(RegExp.prototype.exec) as (pattern: RegExp, text: string) => RegExpExecArray | null; // as `call` types it

/**
 * Compiles a regular expression to the steps by which ECMA-262 matches it. The sets of characters stay the engine's own. Throws on
 * back references and modifiers, which a step of this matcher can't be counted for.
 */
export function compileRegExp({ source, flags }: Pick<RegExp, "source" | "flags">): readonly Instruction[] {
  const unicode = /[uv]/.test(flags);
  let at = 0;
  let loops = 0;

  const raw = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = exec(pattern, source)?.[0];
    at += found?.length ?? 0;
    return found;
  };

  const setOf = (text: string, back: boolean): Code => {
    const one = new RegExp(`^(?:${text})$`, flags.replaceAll(/[gydm]/g, ""));
    const known = new Map<string, boolean>();
    const has = (character: string): boolean => {
      const found = known.get(character) ?? exec(one, character) !== null;
      known.set(character, found);
      return found;
    };
    return () => [{ op: "set", has, back }];
  };

  const classText = (): string => {
    const start = at;
    let depth = 0;
    do {
      const character = raw(/\\.|[^]/uy);
      if (character === "[" && (depth === 0 || flags.includes("v"))) depth += 1;
      if (character === "]") depth -= 1;
    } while (depth > 0);
    return source.slice(start, at);
  };

  const group = (back: boolean): Code => {
    const kind = raw(/\(\?(?:[:=!]|<[=!]|<[^>]+>)|\((?!\?)/y);
    if (kind === undefined) throw new SyntaxError(`a group that is not counted: ${source.slice(at)}`);
    const look = /^\(\?<?[=!]$/.test(kind);
    const body = disjunction(look ? kind.includes("<") : back);
    at += 1;
    return look ? () => [{ op: "look", program: body(0), negated: kind.endsWith("!") }] : body;
  };

  const atom = (back: boolean): Code => {
    const mark = raw(/\^|\$|\\[bB]/y);
    if (mark !== undefined) return () => [{ op: "assert", mark }];
    if (source[at] === "(") return group(back);
    if (source[at] === "[") return setOf(classText(), back);
    const escape = raw(/\\(?:[pP]\{[^}]+\}|u\{[^}]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[a-zA-Z]|[^1-9k])/uy);
    if (escape === undefined && source[at] === "\\") throw new SyntaxError(`a back reference is not counted: ${source}`);
    const text = escape ?? raw(unicode ? /[^]/uy : /[^]/y) ?? "";
    return setOf(/^[{}\]]$/.test(text) ? `\\${text}` : text, back);
  };

  const quantified = (one: Code): Code => {
    const written = raw(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y);
    if (written === undefined) return one;
    const lazy = written.length > 1 && written.endsWith("?");
    const counts = /\d+/.test(written) ? (written.match(/\d+/g) ?? []) : [];
    const min = counts.length > 0 ? Number(counts[0]) : Number(written.startsWith("+"));
    const max =
      counts.length > 1
        ? Number(counts[1])
        : counts.length === 0
          ? written.startsWith("?")
            ? 1
            : Infinity
          : written.includes(",")
            ? Infinity
            : min;
    const fork = (into: number, past: number): Instruction => ({ op: "split", first: lazy ? past : into, second: lazy ? into : past });
    const loop = loops++;
    return (start) => {
      const code: Instruction[] = [];
      for (let n = 0; n < min; n += 1) code.push(...one(start + code.length));
      if (max === Infinity) {
        const head = start + code.length;
        const body = one(head + 2);
        return [
          ...code,
          fork(head + 1, head + body.length + 4),
          { op: "enter", loop },
          ...body,
          { op: "repeat", loop },
          { op: "jump", to: head },
        ];
      }
      const rest = max - min;
      const width = one(0).length + 1;
      const end = start + code.length + rest * width;
      for (let n = 0; n < rest; n += 1) {
        const head = start + code.length;
        code.push(fork(head + 1, end), ...one(head + 1));
      }
      return code;
    };
  };

  const alternative = (back: boolean): Code => {
    const terms: Code[] = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") terms.push(quantified(atom(back)));
    if (back) terms.reverse();
    return (start) => {
      const code: Instruction[] = [];
      for (const term of terms) code.push(...term(start + code.length));
      return code;
    };
  };

  const disjunction = (back: boolean): Code => {
    const one = alternative(back);
    if (source[at] !== "|") return one;
    at += 1;
    const other = disjunction(back);
    return (start) => {
      const first = one(start + 1);
      const second = other(start + first.length + 2);
      const end = start + first.length + second.length + 2;
      return [{ op: "split", first: start + 1, second: start + first.length + 2 }, ...first, { op: "jump", to: end }, ...second];
    };
  };

  return disjunction(false)(0);
}
