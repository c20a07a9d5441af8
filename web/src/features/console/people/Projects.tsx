import { Archive, FolderPlus, Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { TextField } from "@/components/field";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useAccess } from "../access";
import { Badge } from "../components/Badge";
import { DataTable } from "../components/DataTable";
import { FormDialog } from "../components/FormDialog";
import { Id } from "../components/Id";
import { When } from "../components/When";
import { chooseProject, type Project, useProject, useProjects } from "../frame/project";
import { usePeopleChanges } from "./changes";
import { ProjectModels } from "./ProjectModels";

/** The projects of the organisation. */
export function Projects() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const here = useProject();
  const projects = useProjects();
  const { archiveProject } = usePeopleChanges();
  const [naming, setNaming] = useState<Project | "new" | null>(null);
  const [archiving, setArchiving] = useState<Project | null>(null);
  const change = can("organization.manage");
  return (
    <div className="flex flex-col gap-6">
      {change ? (
        <div>
          <Button look="primary" onClick={() => setNaming("new")}>
            <FolderPlus className="size-4" aria-hidden />
            {t("projects_create")}
          </Button>
        </div>
      ) : null}
      <DataTable
        caption={t("people_projects")}
        rows={projects}
        rowKey={(project) => project.id}
        columns={[
          {
            id: "name",
            label: t("name"),
            cell: (project) => (
              <span className="flex flex-wrap items-center gap-1.5 font-medium">
                <bdi>{project.name}</bdi>
                {project.id === here ? <Badge tone="accent">{t("projects_here")}</Badge> : null}
                {project.status === "archived" ? <Badge>{t("projects_archived")}</Badge> : null}
              </span>
            ),
          },
          { id: "id", label: t("id"), cell: (project) => <Id id={project.id} /> },
          { id: "created", label: t("created"), cell: (project) => <When seconds={project.created_at} /> },
          {
            id: "actions",
            label: t("actions"),
            actions: true,
            cell: (project) =>
              project.status === "archived" ? null : (
                <span className="inline-flex items-center gap-1">
                  {project.id === here ? null : (
                    <Button size="small" onClick={() => chooseProject(project.id)}>
                      {t("projects_choose")}
                    </Button>
                  )}
                  {change ? (
                    <IconButton
                      label={t("projects_rename", { name: project.name })}
                      onClick={() => setNaming(project)}
                    >
                      <Pencil />
                    </IconButton>
                  ) : null}
                  {change && project.id !== "default" ? (
                    <IconButton
                      label={t("projects_archive", { name: project.name })}
                      onClick={() => setArchiving(project)}
                    >
                      <Archive />
                    </IconButton>
                  ) : null}
                </span>
              ),
          },
        ]}
      />
      <ProjectModels change={change} />
      {naming ? (
        <NameProject item={naming === "new" ? null : naming} onClose={() => setNaming(null)} />
      ) : null}
      {archiving ? (
        <Confirm
          title={t("projects_archive", { name: archiving.name })}
          text={t("projects_archive_text")}
          action={t("projects_archive_action")}
          busy={archiveProject.isPending}
          onClose={() => setArchiving(null)}
          onConfirm={() =>
            archiveProject.mutate(archiving.id, {
              onSettled: () => setArchiving(null),
              onError: (error) => toast(errorText(error), { kind: "error" }),
            })
          }
        />
      ) : null}
    </div>
  );
}

function NameProject({ item, onClose }: { item: Project | null; onClose: () => void }) {
  const { t } = useTranslation("console");
  const { createProject, renameProject } = usePeopleChanges();
  const [name, setName] = useState(item?.name ?? "");

  function submit() {
    if (item) renameProject.mutate({ id: item.id, name: name.trim() }, { onSuccess: onClose });
    else createProject.mutate({ name: name.trim() }, { onSuccess: onClose });
  }

  return (
    <FormDialog
      title={item ? t("projects_rename", { name: item.name }) : t("projects_create")}
      size="small"
      action={t("save")}
      change={item ? renameProject : createProject}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={t("name")}
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
    </FormDialog>
  );
}
