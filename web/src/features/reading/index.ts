export { footnoted, partName, placeOf } from "./citation-place";
export { closeReading, openReading, type Passage, reading } from "./open";
export { ReadingBeside } from "./ReadingBeside";
