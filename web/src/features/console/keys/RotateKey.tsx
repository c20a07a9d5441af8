import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "@/components/field";
import { FormDialog } from "../components/FormDialog";
import { secondsOf } from "./bounds";
import { LifeField } from "./fields";
import type { KeyFormProps } from "./KeyMaker";
import { type Key, useKeyChanges } from "./queries";

/** How long the old key goes on beside its successor, in seconds. */
const OVERLAPS: readonly [string, number][] = [
  ["none", 0],
  ["hour", 3_600],
  ["day", 86_400],
  ["week", 604_800],
];

/** Makes a key's successor with the same rights. */
export function RotateKey({ item, admin, onClose, onMade }: KeyFormProps & { item: Key; admin: boolean }) {
  const { t } = useTranslation("console");
  const { rotate } = useKeyChanges();
  const [overlap, setOverlap] = useState(3_600);
  const [life, setLife] = useState("never");

  function submit() {
    const body = { overlap_seconds: overlap, expires_in_seconds: secondsOf(life) };
    rotate.mutate({ id: item.id, body, admin }, { onSuccess: onMade });
  }

  return (
    <FormDialog
      title={t("keys_rotate", { name: item.name })}
      size="small"
      action={t("rotate_action")}
      change={rotate}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{t("rotate_text")}</p>
      <Select
        label={t("rotate_overlap")}
        value={overlap}
        onChange={(event) => setOverlap(Number(event.target.value))}
      >
        {OVERLAPS.map(([id, seconds]) => (
          <option key={id} value={seconds}>
            {t(`overlap_${id}`)}
          </option>
        ))}
      </Select>
      <LifeField value={life} onChange={setLife} />
    </FormDialog>
  );
}
