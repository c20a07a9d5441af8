/** The stream protocol: events in any chunking, the reply that they add up to, and following it to its end. */
export { type Followed, Follower, type Link, type World } from "./follower";
export { Followers, followers } from "./followers";
export {
  answerOf,
  type Growing,
  grow,
  hasEnded,
  lengthOf,
  NOTHING,
  type OutputItem,
  type Part,
  type Reply,
  type ReplyStatus,
  readStreamEvent,
  type StreamEvent,
  type Thinking,
  thoughtsOf,
  type Usage,
} from "./reply";
export { readEvents, SseParser } from "./sse";
