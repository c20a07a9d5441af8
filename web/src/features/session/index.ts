export { type Me, useMe } from "./me";
export { SignedIn } from "./SignedIn";
