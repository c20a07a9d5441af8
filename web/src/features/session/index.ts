export { acceptInvite, installationQuery } from "./doors";
export { type Me, sessionQuery, startOver, useMe, useSession } from "./me";
export { SignedIn } from "./SignedIn";
