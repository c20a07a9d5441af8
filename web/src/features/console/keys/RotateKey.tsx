import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Select } from "@/components/field";
import { Failure } from "@/components/states";
import { secondsOf } from "./bounds";
import { LifeField } from "./CreateKey";
import { type Key, type NewKey, useKeyChanges } from "./queries";

/** How long the old key goes on beside its successor, in seconds. */
const OVERLAPS: readonly [string, number][] = [
  ["none", 0],
  ["hour", 3_600],
  ["day", 86_400],
  ["week", 604_800],
];

/** Makes a key's successor with the same rights. */
export function RotateKey({
  item,
  admin,
  onClose,
  onMade,
}: {
  item: Key;
  admin: boolean;
  onClose: () => void;
  onMade: (key: NewKey) => void;
}) {
  const { t } = useTranslation("console");
  const form = useId();
  const { rotate } = useKeyChanges();
  const [overlap, setOverlap] = useState(3_600);
  const [life, setLife] = useState("never");

  function submit(event: FormEvent) {
    event.preventDefault();
    const body = { overlap_seconds: overlap, expires_in_seconds: secondsOf(life) };
    rotate.mutate({ id: item.id, body, admin }, { onSuccess: onMade });
  }

  return (
    <Dialog
      title={t("keys_rotate", { name: item.name })}
      size="small"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={rotate.isPending}>
            {t("rotate_action")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {rotate.error ? <Failure error={rotate.error} /> : null}
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
      </form>
    </Dialog>
  );
}
