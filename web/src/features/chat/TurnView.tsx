import { memo, useState } from "react";
import { Message } from "./Message";
import { Reply } from "./Reply";
import { useThreadActions } from "./thread-actions";
import type { Turn } from "./turns";

/** One turn: what was said, and the reply. Drawn anew only when it changes. */
export const TurnView = memo(function TurnView({ turn, last }: { turn: Turn; last: boolean }) {
  const actions = useThreadActions();
  const [editing, setEditing] = useState(false);
  return (
    <div className="flex flex-col gap-5">
      <Message
        input={turn.input}
        editing={editing}
        setEditing={setEditing}
        onEdit={(said) => actions.edit(turn, said)}
      />
      <Reply turn={turn} last={last} />
    </div>
  );
});
