import { lazy, memo, Suspense } from "react";
import type { Turn } from "./branch";
import { editedTurn, useIsEdited } from "./editing";
import { Message } from "./Message";
import { Reply } from "./Reply";
import { useThreadActions } from "./thread-actions";

const Comparison = lazy(() => import("./Comparison"));

/** One turn: what was said, and the reply, or the replies of several models. Drawn anew only when it changes. */
export const TurnView = memo(function TurnView({ turn, last }: { turn: Turn; last: boolean }) {
  const actions = useThreadActions();
  const compared = last && turn.group_id !== null && turn.sibling_ids.length > 1;
  return (
    <div className="flex flex-col gap-1">
      <Message
        input={turn.input}
        editing={useIsEdited(turn.id)}
        setEditing={(on) => editedTurn.set(on ? turn.id : null)}
        onEdit={(said) => actions.edit(turn, said)}
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
