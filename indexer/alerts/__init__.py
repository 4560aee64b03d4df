"""Alerts: who asked for what, what has been told, and how it gets there.

A subscription is a search (or one programme) and a target: a mail address that confirmed, or a webhook that answered a
challenge. What is to be told is found by search_api/alerts.py and worded by frontend/alerts/; here is what both stand
on. Nothing is told twice: what goes out is written down in one transaction with what it tells (store/alerts.py,
`told`), and only then sent (outbox.py).
"""
