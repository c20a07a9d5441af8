import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { useFormat } from "@/lib/i18n/format";
import { type Choice, faultOf, namedByHand } from "./choices";
import { ModelRow } from "./ModelRow";
import type { Server } from "./queries";

interface Props {
  server: Server;
  choices: readonly Choice[];
  testing: string | null;
  onChange: (choices: readonly Choice[]) => void;
}

/** With more models than this a filter helps. */
const MANY = 8;
/** More rows than this make typing slow; the filter finds the others. */
const SHOWN = 60;

/** The models that a server lists, and which of them are wanted. */
export function ModelsStep({ server, choices, testing, onChange }: Props) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const [filter, setFilter] = useState("");
  const [named, setNamed] = useState("");
  const wanted = filter.trim().toLowerCase();
  const fitting = choices.filter((each) => each.ticked || each.target.toLowerCase().includes(wanted));
  const put = (before: Choice, after: Choice) =>
    onChange(choices.map((each) => (each === before ? after : each)));
  const add = () => {
    const target = named.trim();
    if (target && !choices.some((each) => each.target === target))
      onChange([namedByHand(target), ...choices]);
    setNamed("");
  };
  return (
    <>
      <p className="text-ink-soft">
        {server.listed
          ? t("connect_found", { count: choices.length, n: format.number(choices.length) })
          : t("connect_unlisted")}{" "}
        <bdi dir="ltr" className="wrap-anywhere">
          {server.base_url}
        </bdi>
      </p>
      {choices.length > MANY ? (
        <TextField
          label={t("connect_filter")}
          type="search"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      ) : null}
      <ul className="flex flex-col gap-2">
        {fitting.slice(0, SHOWN).map((each) => (
          <ModelRow
            key={each.target}
            choice={each}
            testing={testing === each.target}
            fault={each.ticked ? faultOf(each, choices) : null}
            onChange={(after) => put(each, after)}
          />
        ))}
      </ul>
      {fitting.length > SHOWN ? (
        <p className="text-sm text-ink-soft">
          {t("connect_more", { n: format.number(fitting.length - SHOWN + server.left_out) })}
        </p>
      ) : null}
      <details open={!server.listed || undefined}>
        <summary className="cursor-pointer text-sm text-ink-soft">{t("connect_by_hand")}</summary>
        <div className="flex items-end gap-2 pt-2">
          <div className="flex-1">
            <TextField
              label={t("connect_target")}
              dir="ltr"
              maxLength={256}
              value={named}
              onChange={(event) => setNamed(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                event.preventDefault();
                add();
              }}
            />
          </div>
          <Button onClick={add} disabled={!named.trim()}>
            {t("connect_add")}
          </Button>
        </div>
      </details>
    </>
  );
}
