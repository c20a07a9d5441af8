export { type Me, startOver, useMe } from "./me";
export { SignedIn } from "./SignedIn";
