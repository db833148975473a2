import { compileRegExp, type Instruction } from "./regexp-program.ts";

const programs = new Map<string, readonly Instruction[]>();

/**
 * Steps of one `exec`, and the match that they end in. No engine says how often it went back, so the steps are those of the language's own
 * definition, which every backtracking engine makes at most (V8 leaves out some: it looks for `x$` from the end).
 */
export function stepsOfExec(
  regexp: RegExp,
  text: string,
): { readonly steps: number; readonly match: readonly [number, number] | undefined } {
  const key = `${regexp.flags}/${regexp.source}`;
  const program = programs.get(key) ?? compileRegExp(regexp);
  programs.set(key, program);
  const matcher = createMatcher(text, regexp);
  const [first] = program;
  const isAnchored = first?.op === "assert" && first.mark === "^" && !regexp.multiline;
  const from = regexp.global || regexp.sticky ? regexp.lastIndex : 0;
  for (let start = from; start <= text.length; start += matcher.widthAt(start)) {
    const end = matcher.run(program, start);
    if (end !== undefined) return { steps: matcher.steps(), match: [start, end] };
    if (regexp.sticky || isAnchored) break;
  }
  return { steps: matcher.steps(), match: undefined };
}

interface State {
  readonly pc: number;
  readonly at: number;
  /** Positions where the loops that are under way began their round: a round that matches nothing ends its loop. */
  readonly rounds: readonly (number | undefined)[];
}

function createMatcher(text: string, { multiline, unicode, unicodeSets }: RegExp) {
  let steps = 0;
  const wide = unicode || unicodeSets;
  const isPair = (at: number): boolean => wide && (text.codePointAt(at) ?? 0) > 0xffff;
  const widthAt = (at: number): number => (isPair(at) ? 2 : 1);
  const widthBefore = (at: number): number => (at > 1 && isPair(at - 2) ? 2 : 1);
  const isWord = (at: number): boolean => /\w/.test(text.charAt(at));
  const isLineEnd = (at: number): boolean => /[\n\r\u2028\u2029]/.test(text.charAt(at));

  const holds = (mark: string, at: number): boolean => {
    if (mark === "^") return at === 0 || (multiline && isLineEnd(at - 1));
    if (mark === "$") return at === text.length || (multiline && isLineEnd(at));
    return (isWord(at - 1) !== isWord(at)) === (mark === String.raw`\b`);
  };

  const run = (program: readonly Instruction[], start: number): number | undefined => {
    const left: State[] = [];
    let state: State | undefined = { pc: 0, at: start, rounds: [] };
    while (state !== undefined) {
      const next: Instruction | undefined = program[state.pc];
      if (next === undefined) return state.at;
      steps += 1;
      state = after(next, state, left) ?? left.pop();
    }
    return undefined;
  };

  const after = (next: Instruction, { pc, at, rounds }: State, left: State[]): State | undefined => {
    const on = { pc: pc + 1, at, rounds };
    switch (next.op) {
      case "set": {
        const width = next.back ? widthBefore(at) : widthAt(at);
        const from = next.back ? at - width : at;
        if (from < 0 || from >= text.length || !next.has(text.slice(from, from + width))) return undefined;
        return { ...on, at: next.back ? from : at + width };
      }
      case "assert":
        return holds(next.mark, at) ? on : undefined;
      case "look":
        return (run(next.program, at) === undefined) === next.negated ? on : undefined;
      case "split":
        left.push({ ...on, pc: next.second });
        return { ...on, pc: next.first };
      case "jump":
        return { ...on, pc: next.to };
      case "enter":
        return { ...on, rounds: rounds.length === 0 && next.loop === 0 ? [at] : Object.assign([...rounds], { [next.loop]: at }) };
      case "repeat":
        return rounds[next.loop] === at ? undefined : on;
    }
  };
  return { run, widthAt, steps: () => steps };
}
