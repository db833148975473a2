/** Verb of a person about a run: a decision, which is recorded with who has made it and why. */
export type Verb =
  /** `on`: the node of its role that the stage stands on from now on. `note`: what the operator says to the author of the stage that is done again. */
  | {
      readonly is: "retry";
      readonly stage?: string | undefined;
      readonly on?: string | undefined;
      readonly by: string;
      readonly reason?: string | undefined;
      readonly note?: string | undefined;
    }
  /** Answer of an operator to the question that a stage is blocked with. */
  | { readonly is: "answer"; readonly by: string; readonly text: string }
  /** `now`: the run ends at once, and main waits for no node to say that nothing of it is at work there. */
  | { readonly is: "cancel"; readonly by: string; readonly reason?: string | undefined; readonly now?: boolean | undefined }
  /** `without`: the node that a closing run is closed without. */
  | { readonly is: "close"; readonly without: string; readonly by: string; readonly reason?: string | undefined }
  | { readonly is: "pause"; readonly by: string; readonly reason?: string | undefined }
  | { readonly is: "resume"; readonly by: string; readonly reason?: string | undefined }
  /** `wantedBy`: the time by which the run is wanted from now on, milliseconds since 1970. */
  | { readonly is: "extend"; readonly wantedBy: number; readonly by: string; readonly reason?: string | undefined }
  /** `to`: the stage that is done again, with all later ones, once the run is resumed. */
  | { readonly is: "rollback"; readonly to: string; readonly by: string; readonly reason?: string | undefined };
