/** How the page of a chat is laid out; the panel of parameters, where it is open, stands beside it. */
export const CHAT_PAGE = "flex h-full flex-col [[data-panel]_&]:pe-88";
