import { lazy, Suspense, use } from "react";
import { Redirect, Route, Switch } from "wouter";
import { Loading } from "@/components/states";
import { NotFound } from "@/features/shell";
import { addCatalogue } from "@/lib/i18n";
import { consoleCatalogue } from "./catalogue";
import { ConsoleFrame } from "./frame/ConsoleFrame";

const Overview = lazy(() => import("./overview/Overview"));
const Usage = lazy(() => import("./usage/Usage"));
const Ratings = lazy(() => import("./ratings/Ratings"));
const Keys = lazy(() => import("./keys/Keys"));
const Connect = lazy(() => import("./connect/Connect"));
const Limits = lazy(() => import("./limits/Limits"));
const Webhooks = lazy(() => import("./webhooks/Webhooks"));
const RequestLog = lazy(() => import("./log/RequestLog"));
const RequestDetail = lazy(() => import("./log/RequestDetail"));
const Playground = lazy(() => import("./playground/Playground"));
const Models = lazy(() => import("./models/Models"));
const Devices = lazy(() => import("./devices/Devices"));
const Deployments = lazy(() => import("./deployments/Deployments"));
const People = lazy(() => import("./people/People"));
const PersonPage = lazy(() => import("./people/person/PersonPage"));
const GroupPage = lazy(() => import("./people/groups/GroupPage"));
const Audit = lazy(() => import("./audit/Audit"));
const Containers = lazy(() => import("./containers/Containers"));
const Egress = lazy(() => import("./egress/Egress"));
const Policies = lazy(() => import("./policies/Policies"));
const Health = lazy(() => import("./health/Health"));

const catalogue = addCatalogue(consoleCatalogue);

/** The part of the app for those who build with the API and look after the installation. */
export default function Console() {
  use(catalogue);
  return (
    <ConsoleFrame>
      <Suspense fallback={<Loading className="h-full" />}>
        <Switch>
          <Route path="/console" component={Overview} />
          <Route path="/console/usage" component={Usage} />
          <Route path="/console/ratings" component={Ratings} />
          <Route path="/console/keys" component={Keys} />
          <Route path="/console/connect" component={Connect} />
          <Route path="/console/limits" component={Limits} />
          <Route path="/console/webhooks" component={Webhooks} />
          <Route path="/console/log" component={RequestLog} />
          <Route path="/console/log/:id">{({ id }) => <RequestDetail key={id} id={id} />}</Route>
          <Route path="/console/playground" component={Playground} />
          <Route path="/console/models" component={Models} />
          <Route path="/console/devices" component={Devices} />
          <Route path="/console/deployments" component={Deployments} />
          <Route path="/console/people">
            <Redirect to="/console/people/users" replace />
          </Route>
          <Route path="/console/people/:tab">{({ tab }) => <People tab={tab} />}</Route>
          <Route path="/console/people/users/:id">{({ id }) => <PersonPage key={id} id={id} />}</Route>
          <Route path="/console/people/groups/:id">{({ id }) => <GroupPage key={id} id={id} />}</Route>
          <Route path="/console/audit" component={Audit} />
          <Route path="/console/containers" component={Containers} />
          <Route path="/console/egress" component={Egress} />
          <Route path="/console/policies" component={Policies} />
          <Route path="/console/health" component={Health} />
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </ConsoleFrame>
  );
}
