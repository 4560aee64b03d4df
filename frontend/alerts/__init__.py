"""Alerts as people meet them: the pages where they are asked for and ended, the mails, and who sends them."""
