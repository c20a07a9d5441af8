export { type Me, sessionQuery, startOver, useMe, useSession } from "./me";
export { SignedIn } from "./SignedIn";
export { acceptInvite, installationQuery } from "./sign-in";
