import { brief } from "@tasuki/contracts/artifacts/brief";
import type { BusClient } from "@tasuki/bus";
import { dough } from "./bakery.ts";

declare const client: BusClient;

// A text, where the artifact has flour and grams.
// error: this is no value of artifact 'dough': compare it with the schema of 'dough', or name the artifact that it is of
void client.upload(dough, "rye");

// A brief, under the name of another artifact.
const value = { text: "What is a receipt?", questions: [{ id: "Q1", text: "What is a receipt?" }] };
// error: this is no value of artifact 'dough': compare it with the schema of 'dough', or name the artifact that it is of
void client.upload(dough, value);
void client.upload(brief, value);

// A brief without its questions.
// error: this is no value of artifact 'brief': compare it with the schema of 'brief', or name the artifact that it is of
void client.upload(brief, { text: "What is a receipt?" });
