import { useMutation } from "@tanstack/react-query";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { TextArea } from "@/components/field";
import { Popover } from "@/components/overlays/popover";
import { toast } from "@/components/overlays/toast";
import { Failure } from "@/components/states";
import { api, data, type Schemas } from "@/lib/api";
import type { Turn } from "../turns/branch";
import { showTurn } from "../turns/queries";

type Given = Pick<Schemas["ChatRating"], "rating" | "reasons" | "comment">;
type Verdict = Given["rating"];
type Reason = Given["reasons"][number];

const REASONS: Record<Verdict, readonly Reason[]> = {
  good: ["correct", "clear", "helpful", "other"],
  bad: ["wrong", "unclear", "incomplete", "too_long", "refused", "unsafe", "other"],
};

/** Thumbs up and down: pressed, a reply is rated at once; why can be said in the panel that opens. */
export function Rating({ turn }: { turn: Turn }) {
  return (
    <>
      <Thumb turn={turn} verdict="good" />
      <Thumb turn={turn} verdict="bad" />
    </>
  );
}

function Thumb({ turn, verdict }: { turn: Turn; verdict: Verdict }) {
  const { t } = useTranslation("chat");
  const [open, setOpen] = useState(false);
  const rate = useRate(turn);
  const chosen = turn.rating?.rating === verdict;
  const Icon = verdict === "good" ? ThumbsUp : ThumbsDown;
  return (
    <Popover
      label={t("rate_title")}
      open={open}
      onOpenChange={setOpen}
      trigger={
        <IconButton
          label={t(`rate_${verdict}`)}
          aria-pressed={chosen}
          onClick={() => {
            if (!chosen) rate.mutate({ rating: verdict, reasons: [], comment: "" });
          }}
        >
          <Icon className={chosen ? "fill-current" : ""} />
        </IconButton>
      }
    >
      <Form turn={turn} verdict={verdict} onDone={() => setOpen(false)} />
      {rate.error ? <Failure error={rate.error} /> : null}
    </Popover>
  );
}

function Form({ turn, verdict, onDone }: { turn: Turn; verdict: Verdict; onDone: () => void }) {
  const { t } = useTranslation("chat");
  const before = turn.rating?.rating === verdict ? turn.rating : null;
  const [reasons, setReasons] = useState<readonly Reason[]>(before?.reasons ?? []);
  const [comment, setComment] = useState(before?.comment ?? "");
  const rate = useRate(turn);
  const save = (given: Given | null) =>
    rate.mutate(given, {
      onSuccess: () => {
        if (given) toast(t("rated"));
        onDone();
      },
    });
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save({ rating: verdict, reasons: [...reasons], comment });
      }}
    >
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="mb-1.5 text-sm font-medium">{t("rate_reasons")}</legend>
        {REASONS[verdict].map((reason) => (
          <label
            key={reason}
            className="flex min-h-8 cursor-pointer items-center rounded-full border border-line px-3 text-sm has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent coarse:min-h-10"
          >
            <input
              type="checkbox"
              className="sr-only"
              checked={reasons.includes(reason)}
              onChange={({ target }) =>
                setReasons(target.checked ? [...reasons, reason] : reasons.filter((each) => each !== reason))
              }
            />
            {t(`${reason}_reason`)}
          </label>
        ))}
      </fieldset>
      <TextArea
        label={t("rate_comment")}
        hint={t("rate_comment_hint")}
        rows={2}
        maxLength={2000}
        dir="auto"
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
      {rate.error ? <Failure error={rate.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button type="button" disabled={rate.isPending} onClick={() => save(null)}>
          {t("rate_take_back")}
        </Button>
        <Button type="submit" look="primary" busy={rate.isPending}>
          {t("rate_send")}
        </Button>
      </div>
    </form>
  );
}

/** Stores a rating, or takes it back, and shows it in its turn. */
function useRate(turn: Turn) {
  const route = "/earthshine/v1/chats/{chat_id}/turns/{turn_id}/rating";
  const params = { path: { chat_id: turn.chat_id, turn_id: turn.id } };
  return useMutation({
    mutationFn: async (given: Given | null) => {
      if (given) return data(api.PUT(route, { params, body: given }));
      await data(api.DELETE(route, { params }));
      return null;
    },
    onSuccess: (rating) => showTurn({ ...turn, rating }),
  });
}
