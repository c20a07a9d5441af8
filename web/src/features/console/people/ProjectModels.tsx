import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { Failure, Loading } from "@/components/states";
import { api, data, type Schemas } from "@/lib/api";
import { asApiError } from "@/lib/errors/api-error";
import { Section, Sheet } from "../components/Page";
import { useProject, useProjectName } from "../frame/project";
import { useInstalledModels } from "../models/queries";

type Mode = "all" | Schemas["ModelPermissionsUpdate"]["mode"];

function usePermissions(project: string) {
  return useQuery({
    queryKey: ["console", "model-permissions", project],
    queryFn: () =>
      data(
        api.GET("/v1/organization/projects/{project_id}/model_permissions", {
          params: { path: { project_id: project } },
        }),
      ).catch((error: unknown) => {
        // A project without such a list may use every model.
        if (asApiError(error).status === 404) return null;
        throw error;
      }),
  });
}

/** Which models the project may use. */
export function ProjectModels({ change }: { change: boolean }) {
  const { t } = useTranslation("console");
  const project = useProject();
  const name = useProjectName();
  const permissions = usePermissions(project);
  return (
    <Section title={t("permissions_of", { project: name(project) })} text={t("permissions_text")}>
      <Sheet>
        {permissions.isPending ? <Loading /> : null}
        {permissions.error ? <Failure error={permissions.error} /> : null}
        {permissions.data !== undefined ? (
          <PermissionsForm
            key={JSON.stringify(permissions.data)}
            project={project}
            mode={permissions.data?.mode ?? "all"}
            chosen={permissions.data?.model_ids ?? []}
            change={change}
          />
        ) : null}
      </Sheet>
    </Section>
  );
}

function PermissionsForm(props: { project: string; mode: Mode; chosen: readonly string[]; change: boolean }) {
  const { t } = useTranslation("console");
  const client = useQueryClient();
  const models = useInstalledModels();
  const [mode, setMode] = useState(props.mode);
  const [chosen, setChosen] = useState<readonly string[]>(props.chosen);
  const params = { path: { project_id: props.project } };
  const save = useMutation({
    mutationFn: (): Promise<unknown> =>
      mode === "all"
        ? data(api.DELETE("/v1/organization/projects/{project_id}/model_permissions", { params }))
        : data(
            api.POST("/v1/organization/projects/{project_id}/model_permissions", {
              params,
              body: { mode, model_ids: [...chosen] },
            }),
          ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["console", "model-permissions"] }),
  });
  const names = [...new Set([...(models.data ?? []).map((model) => model.id), ...props.chosen])];
  return (
    <div className="flex flex-col gap-4">
      {save.error ? <Failure error={save.error} /> : null}
      <div className="max-w-sm">
        <Select
          label={t("permissions_mode")}
          value={mode}
          disabled={!props.change}
          onChange={(event) => setMode(event.target.value as Mode)}
        >
          {(["all", "allow_list", "deny_list"] as const).map((each) => (
            <option key={each} value={each}>
              {t(`permissions_${each}`)}
            </option>
          ))}
        </Select>
      </div>
      {mode === "all" ? null : (
        <fieldset className="flex flex-wrap gap-x-6 gap-y-1">
          <legend className="sr-only">{t("nav_models")}</legend>
          {names.map((each) => (
            <label key={each} className="flex min-h-9 items-center gap-2">
              <input
                type="checkbox"
                className="size-4.5 accent-accent"
                disabled={!props.change}
                checked={chosen.includes(each)}
                onChange={(event) =>
                  setChosen(event.target.checked ? [...chosen, each] : chosen.filter((id) => id !== each))
                }
              />
              <bdi>{each}</bdi>
            </label>
          ))}
        </fieldset>
      )}
      {props.change ? (
        <div>
          <Button busy={save.isPending} onClick={() => save.mutate()}>
            {t("save")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
