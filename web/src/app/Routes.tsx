import { lazy } from "react";
import { Redirect, Route, Switch, useSearch } from "wouter";
import { ChatPage } from "@/features/chat";
import { SignedIn } from "@/features/session";
import { NotFound, Shell } from "@/features/shell";

// Loaded when somebody goes there; the chat is what everybody sees first.
const SignIn = lazy(() => import("@/features/session/SignIn"));
const Invite = lazy(() => import("@/features/session/Invite"));
const Setup = lazy(() => import("@/features/setup/Setup"));
const SharedChat = lazy(() => import("@/features/share/SharedChat"));
const PrintChat = lazy(() => import("@/features/share/PrintChat"));
const Settings = lazy(() => import("@/features/settings/Settings"));
const Library = lazy(() => import("@/features/library/Library"));
const Console = lazy(() => import("@/features/console/Console"));

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
