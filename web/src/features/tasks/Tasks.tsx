import { use } from "react";
import { Route, Switch } from "wouter";
import { addCatalogue } from "@/lib/i18n";
import { tasksCatalogue } from "./catalogue";
import { TaskList } from "./lists/TaskList";
import TaskPage from "./page/TaskPage";
import { NewTask } from "./start/NewTask";

const catalogue = addCatalogue(tasksCatalogue);

/** The pages of tasks that agents do: the list, the beginning of one, and each. */
export default function Tasks() {
  use(catalogue);
  return (
    <Switch>
      <Route path="/tasks" component={TaskList} />
      <Route path="/tasks/new" component={NewTask} />
      <Route path="/tasks/:id">{({ id }) => <TaskPage key={id} id={id} />}</Route>
    </Switch>
  );
}
