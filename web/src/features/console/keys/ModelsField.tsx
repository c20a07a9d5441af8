import { useTranslation } from "react-i18next";
import { Failure, Loading } from "@/components/states";
import { useInstalledModels } from "../models/queries";

interface Props {
  /** None chosen: all may be asked. */
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}

/** The only models that a key may ask, ticked in the list of those there are; one that has gone stays until unticked. */
export function ModelsField({ chosen, onChange }: Props) {
  const { t } = useTranslation("console");
  const models = useInstalledModels();
  const names = [...new Set([...(models.data ?? []).map((model) => model.id), ...chosen])];
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-sm font-medium">{t("keys_models")}</legend>
      <div className="max-h-48 overflow-y-auto rounded-lg border border-line px-3 py-1">
        {models.isPending ? <Loading /> : null}
        {models.error ? <Failure error={models.error} /> : null}
        {names.map((each) => (
          <label key={each} className="flex min-h-9 items-center gap-2 coarse:min-h-11">
            <input
              type="checkbox"
              className="size-4.5 shrink-0 accent-accent"
              checked={chosen.includes(each)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, each] : chosen.filter((id) => id !== each))
              }
            />
            <bdi className="min-w-0 truncate font-mono text-sm">{each}</bdi>
          </label>
        ))}
      </div>
      <p className="text-sm text-ink-faint">{t("keys_models_hint")}</p>
    </fieldset>
  );
}
