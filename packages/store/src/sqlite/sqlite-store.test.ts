import { openStore } from "../open-store.ts";
import { describeStore } from "../testing/describe-store.ts";

describeStore("SQLite and files", (folder, options) => openStore({ folder, ...options }));
