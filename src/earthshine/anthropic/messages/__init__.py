"""Messages: a request of Anthropic's API made into one of ours, and the reply made into theirs."""
