import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Erases every text of a data folder whose node is stopped. Returns those that there were. */
export function eraseTexts(folder: string): readonly string[] {
  using db = new DatabaseSync(join(folder, "node.sqlite"));
  const texts = db.prepare("DELETE FROM text RETURNING body").all();
  return texts.map(({ body }) => String(body));
}
