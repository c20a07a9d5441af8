export { type Me, sessionQuery, startOver, useMe } from "./me";
export { SignedIn } from "./SignedIn";
