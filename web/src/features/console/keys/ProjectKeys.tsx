import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { useAccess } from "../access";
import { Loaded } from "../parts/Loaded";
import { apiBase, Teach } from "../parts/Teach";
import { CreateKey } from "./CreateKey";
import { KeyTable } from "./KeyTable";
import { NewSecret } from "./NewSecret";
import { type NewKey, useProjectKeys } from "./queries";

/** Keys that work in the project. */
export function ProjectKeys() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const keys = useProjectKeys();
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<NewKey | null>(null);
  return (
    <div className="flex flex-col gap-4">
      {can("project.manage") ? (
        <div>
          <Button look="primary" onClick={() => setCreating(true)}>
            <Plus className="size-4" aria-hidden />
            {t("keys_create")}
          </Button>
        </div>
      ) : null}
      <Loaded query={keys}>
        {(list) => (
          <KeyTable
            keys={list}
            caption={t("keys_tab_project")}
            change={can("project.manage")}
            empty={
              <Teach
                icon={<KeyRound />}
                title={t("keys_empty")}
                text={t("keys_empty_text")}
                code={`export EARTHSHINE_KEY=sk-es-...\ncurl ${apiBase()}/models -H "Authorization: Bearer $EARTHSHINE_KEY"`}
              />
            }
          />
        )}
      </Loaded>
      {creating ? (
        <CreateKey
          onClose={() => setCreating(false)}
          onMade={(key) => {
            setCreating(false);
            setMade(key);
          }}
        />
      ) : null}
      {made ? <NewSecret item={made} onClose={() => setMade(null)} /> : null}
    </div>
  );
}
