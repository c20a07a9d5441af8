import { KeyRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useAccess } from "../access";
import { apiBase, EmptyWithExample } from "../components/code/EmptyWithExample";
import { Loaded } from "../components/Loaded";
import { CreateKey } from "./CreateKey";
import { NewKeyButton } from "./KeyMaker";
import { KeyTable } from "./KeyTable";
import { useProjectKeys } from "./queries";

/** Keys that work in the project. */
export function ProjectKeys() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const keys = useProjectKeys();
  const change = can("project.manage");
  return (
    <div className="flex flex-col gap-4">
      {change ? <NewKeyButton label={t("keys_create")} Form={CreateKey} /> : null}
      <Loaded query={keys}>
        {(list) => (
          <KeyTable
            keys={list}
            caption={t("keys_tab_project")}
            change={change}
            empty={
              <EmptyWithExample
                icon={<KeyRound />}
                title={t("keys_empty")}
                text={t("keys_empty_text")}
                code={`export EARTHSHINE_KEY=sk-es-...\ncurl ${apiBase()}/models -H "Authorization: Bearer $EARTHSHINE_KEY"`}
              />
            }
          />
        )}
      </Loaded>
    </div>
  );
}
