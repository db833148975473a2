import { z } from "zod";

/** Id of a question of the brief: `Q1`. */
export const QuestionId = z.string().regex(/^Q[1-9][0-9]{0,2}$/, "a question's id: Q1, Q2, …");

/** Id of a candidate, and of the item that it becomes: `C1`. */
export const ItemId = z.string().regex(/^C[1-9][0-9]{0,4}$/, "an item's id: C1, C2, …");

/** Id of a source: `S1` for a source of the run, `N1` for a text that nano collected. */
export const SourceId = z.string().regex(/^[SN][1-9][0-9]{0,4}$/, "a source's id: S1, S2, … or N1, N2, …");
