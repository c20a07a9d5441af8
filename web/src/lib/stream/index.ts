/** The stream protocol: events in any chunking, the reply that they add up to, and following it to its end. */
export type { ContainerFile, FileCitation, TextCheck } from "./annotations";
export { type CitedText, citedTextOf, MARK, markOf, unmarked, withFootnotes } from "./citations";
export { type ConnectionState, type Followed, Follower, type Transport } from "./follower";
export { Followers, followers } from "./followers";
export {
  growItem,
  type ItemEvent,
  type OutputItem,
  outputsOf,
  type Part,
  type ScreenAction,
  type ShellOutput,
} from "./items";
export {
  answerOf,
  applyEvent,
  hasEnded,
  lengthOf,
  NO_STATE,
  type Reply,
  type ReplyState,
  type ReplyStatus,
  readStreamEvent,
  type StreamEvent,
  type Thinking,
  thoughtsOf,
  toolsOf,
  type Usage,
} from "./reply";
export { readEvents, SseParser } from "./sse";
