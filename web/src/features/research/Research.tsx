import { use } from "react";
import { Route, Switch } from "wouter";
import { addCatalogue } from "@/lib/i18n";
import { researchCatalogue } from "./catalogue";
import { ResearchList } from "./list/ResearchList";
import { ResearchPage } from "./page/ResearchPage";

const catalogue = addCatalogue(researchCatalogue);

/** The pages of deep research: the list, and each. */
export default function Research() {
  use(catalogue);
  return (
    <Switch>
      <Route path="/research" component={ResearchList} />
      <Route path="/research/:id">{({ id }) => <ResearchPage key={id} id={id} />}</Route>
    </Switch>
  );
}
