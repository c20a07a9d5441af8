export { closeReading, openReading, type Passage, reading } from "./open";
export { ReadingBeside } from "./ReadingBeside";
