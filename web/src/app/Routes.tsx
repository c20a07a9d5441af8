import { lazy } from "react";
import { Redirect, Route, Switch, useSearch } from "wouter";
import { ChatPage } from "@/features/chat";
import { installationQuery, SignedIn, sessionQuery } from "@/features/session";
import { NotFound, Shell } from "@/features/shell";
import { queryClient } from "./query-client";

/** The pages that nobody has to sign in for. */
const DOORS = {
  signIn: () => import("@/features/session/SignIn"),
  invite: () => import("@/features/session/Invite"),
  setup: () => import("@/features/setup/Setup"),
  sharedChat: () => import("@/features/share/SharedChat"),
};

// Loaded when somebody goes there; the chat is what everybody sees first.
const SignIn = lazy(DOORS.signIn);
const Invite = lazy(DOORS.invite);
const Setup = lazy(DOORS.setup);
const SharedChat = lazy(DOORS.sharedChat);
const PrintChat = lazy(() => import("@/features/share/PrintChat"));
const Settings = lazy(() => import("@/features/settings/Settings"));
const Library = lazy(() => import("@/features/library/Library"));
const Console = lazy(() => import("@/features/console/Console"));

/** Gets what the page at an address cannot be drawn without: its code, or who is signed in. */
export function prepare(path: string): Promise<unknown> {
  const session = () => queryClient.ensureQueryData(sessionQuery);
  if (path === "/sign-in")
    return Promise.all([DOORS.signIn(), session(), queryClient.ensureQueryData(installationQuery)]);
  if (path === "/invite") return DOORS.invite();
  if (path === "/setup") return DOORS.setup();
  if (path.startsWith("/s/")) return DOORS.sharedChat();
  return session();
}

/** Which page stands at which address. */
export function Routes() {
  const printed = new URLSearchParams(useSearch()).has("print");
  return (
    <Switch>
      <Route path="/sign-in" component={SignIn} />
      <Route path="/invite" component={Invite} />
      <Route path="/setup" component={Setup} />
      <Route path="/s/:token">{({ token }) => <SharedChat token={token} />}</Route>
      <Route>
        <SignedIn>
          <Switch>
            <Route path="/console/*?" component={Console} />
            {printed ? <Route path="/c/:id">{({ id }) => <PrintChat chatId={id} />}</Route> : null}
            <Route>
              <Shell>
                <Switch>
                  <Route path="/">
                    <ChatPage chatId={null} />
                  </Route>
                  <Route path="/c/:id">{({ id }) => <ChatPage chatId={id} />}</Route>
                  <Route path="/settings">
                    <Redirect to="/settings/general" replace />
                  </Route>
                  <Route path="/settings/:tab">{({ tab }) => <Settings tab={tab} />}</Route>
                  <Route path="/library/:kind?">
                    {({ kind }) => <Library kind={kind ?? "assistants"} />}
                  </Route>
                  <Route component={NotFound} />
                </Switch>
              </Shell>
            </Route>
          </Switch>
        </SignedIn>
      </Route>
    </Switch>
  );
}
