"""Block Kit's rules, checked the way Slack checks them: every problem with a JSON pointer to it."""
