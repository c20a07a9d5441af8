import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Button } from "@/components/button";
import { Switch, TextArea } from "@/components/field";
import { toast } from "@/components/overlays/toast";
import { Loading } from "@/components/states";
import { Group } from "./Group";
import { usePreferencesState } from "./preferences";
import { SamplingFields } from "./SamplingFields";
import { useSave } from "./use-save";

/** What the model is told of the person, and how it replies. */
export function Personal() {
  const { t } = useTranslation("settings");
  const { preferences, fromServer } = usePreferencesState();
  const save = useSave();
  if (!fromServer) return <Loading />;
  return (
    <>
      <Instructions kept={preferences.instructions} />
      <Group title={t("parameters")} text={t("parameters_text")}>
        <SamplingFields value={preferences.settings} onChange={(settings) => save({ settings })} />
      </Group>
      <Group title={t("memory")}>
        <Switch
          label={t("memory_switch")}
          hint={t("memory_hint")}
          checked={preferences.memory_enabled}
          onChange={(on) => save({ memory_enabled: on })}
        />
        <Link href="/library/memories" className="self-start text-accent underline">
          {t("memory_see")}
        </Link>
      </Group>
    </>
  );
}

function Instructions({ kept }: { kept: string }) {
  const { t } = useTranslation("settings");
  const shell = useTranslation("shell").t;
  const save = useSave();
  const [text, setText] = useState(kept);
  const changed = text !== kept;
  // Leaving the field saves as well, so that nothing that was written is lost.
  const keep = () => {
    if (!changed) return;
    save({ instructions: text });
    toast(t("saved"));
  };
  return (
    <Group title={t("instructions")} text={t("instructions_text")}>
      <TextArea
        label={t("instructions")}
        hidden
        rows={6}
        maxLength={100_000}
        placeholder={t("instructions_example")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={keep}
      />
      <Button look="primary" className="self-end" disabled={!changed} onClick={keep}>
        {shell("save")}
      </Button>
    </Group>
  );
}
