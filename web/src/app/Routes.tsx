import { Redirect, Route, Switch, useSearch } from "wouter";
import { ChatPage } from "@/features/chat";
import { ReadingBeside } from "@/features/reading";
import { installationQuery, SignedIn, sessionQuery } from "@/features/session";
import { NotFound, Shell } from "@/features/shell";
import { Sidebar } from "@/features/sidebar";
import { later } from "@/lib/later";
import { queryClient } from "@/lib/query-client";
import { EveryPage } from "./EveryPage";

const SignIn = later(() => import("@/features/session/SignIn"));
const Invite = later(() => import("@/features/session/Invite"));
const Setup = later(() => import("@/features/setup/Setup"));
const SharedChat = later(() => import("@/features/share/SharedChat"));
const SharedTask = later(() => import("@/features/tasks/share/SharedTask"));
const PrintChat = later(() => import("@/features/share/PrintChat"));
const Settings = later(() => import("@/features/settings/Settings"));
const Library = later(() => import("@/features/library/Library"));
const ReadPage = later(() => import("@/features/reading/ReadPage"));
const Tasks = later(() => import("@/features/tasks/Tasks"));
const Research = later(() => import("@/features/research/Research"));
const Console = later(() => import("@/features/console/Console"));

/** Gets what the page at an address cannot be drawn without: its code, and who is signed in. */
export function prepare(path: string): Promise<unknown> {
  if (path === "/invite") return Invite.prepare();
  if (path === "/setup") return Setup.prepare();
  if (path.startsWith("/s/task/")) return SharedTask.prepare();
  if (path.startsWith("/s/")) return SharedChat.prepare();
  const session = queryClient.ensureQueryData(sessionQuery);
  if (path === "/sign-in")
    return Promise.all([session, SignIn.prepare(), queryClient.ensureQueryData(installationQuery)]);
  if (path.startsWith("/settings/")) return Promise.all([session, Settings.prepare()]);
  if (path.startsWith("/library")) return Promise.all([session, Library.prepare()]);
  if (path.startsWith("/read/")) return Promise.all([session, ReadPage.prepare()]);
  if (path.startsWith("/tasks")) return Promise.all([session, Tasks.prepare()]);
  if (path.startsWith("/research")) return Promise.all([session, Research.prepare()]);
  if (path.startsWith("/console")) return Promise.all([session, Console.prepare()]);
  return session;
}

/** Which page stands at which address. */
export function Routes() {
  const printed = new URLSearchParams(useSearch()).has("print");
  return (
    <Switch>
      <Route path="/sign-in" component={SignIn} />
      <Route path="/invite" component={Invite} />
      <Route path="/setup" component={Setup} />
      <Route path="/s/task/:token">{({ token }) => <SharedTask token={token} />}</Route>
      <Route path="/s/:token">{({ token }) => <SharedChat token={token} />}</Route>
      <Route>
        <SignedIn>
          {printed ? null : <EveryPage />}
          <Switch>
            <Route path="/console/*?" component={Console} />
            {printed ? <Route path="/c/:id">{({ id }) => <PrintChat chatId={id} />}</Route> : null}
            <Route>
              <Shell sidebar={<Sidebar />} beside={<ReadingBeside />}>
                <Switch>
                  <Route path="/">
                    <ChatPage chatId={null} />
                  </Route>
                  <Route path="/c/:id">{({ id }) => <ChatPage chatId={id} />}</Route>
                  <Route path="/settings">
                    <Redirect to="/settings/general" replace />
                  </Route>
                  <Route path="/settings/:tab">{({ tab }) => <Settings tab={tab} />}</Route>
                  <Route path="/library/:kind?">{({ kind }) => <Library kind={kind ?? "files"} />}</Route>
                  <Route path="/read/:id">{({ id }) => <ReadPage key={id} fileId={id} />}</Route>
                  <Route path="/tasks/*?" component={Tasks} />
                  <Route path="/research/*?" component={Research} />
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
