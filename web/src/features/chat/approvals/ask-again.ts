/** Which turn is asked anew when a reply is to be another one. */
import { queryClient } from "@/lib/query-client";
import type { Turn } from "../turns/branch";
import { turnQuery } from "../turns/queries";
import { decisionsIn } from "./approvals";

/**
 * The turn to say again in place of `turn`: where it only allowed calls, the one above it that somebody wrote.
 *
 * What was allowed was allowed once: said again, the calls would be made a second time without anybody being asked.
 */
export async function turnToAskAgain(turn: Turn): Promise<Turn> {
  let asked = turn;
  while (decisionsIn(asked.input).includes(true) && asked.parent_id !== null)
    asked = await queryClient.fetchQuery(turnQuery(turn.chat_id, asked.parent_id));
  return asked;
}
