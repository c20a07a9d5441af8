import { lazy, memo, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Reply } from "../reply/Reply";
import type { Turn } from "../turns/branch";
import { messageVersions } from "../turns/versions";
import { BranchPager } from "./BranchPager";
import { editedTurn, useIsEdited } from "./editing";
import { Message } from "./Message";
import { useThreadActions } from "./thread-actions";

const Comparison = lazy(() => import("../reply/Comparison"));

/** One turn: what was said, and the reply, or the replies of several models. Drawn anew only when it changes. */
export const TurnView = memo(function TurnView({ turn, last }: { turn: Turn; last: boolean }) {
  const { t } = useTranslation("chat");
  const actions = useThreadActions();
  const compared = last && turn.group_id !== null && turn.sibling_ids.length > 1;
  return (
    <div className="flex flex-col">
      <Message
        input={turn.input}
        editing={useIsEdited(turn.id)}
        setEditing={(on) => editedTurn.set(on ? turn.id : null)}
        onEdit={(content) => actions.edit(turn, content)}
        versions={<BranchPager label={t("versions_message")} ids={messageVersions(turn)} shown={turn.id} />}
      />
      {compared ? (
        <Suspense fallback={<Reply turn={turn} last />}>
          <Comparison turn={turn} />
        </Suspense>
      ) : (
        <Reply turn={turn} last={last} />
      )}
    </div>
  );
});
