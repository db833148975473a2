/** Producer that receipts name for the finder's work. The shipped relay's gate holds its sentences to the letter of the sources. */
export const producer = "embedded/1";
