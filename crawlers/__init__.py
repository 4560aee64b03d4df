"""Scrapy spiders that repeat what a page says, word for word."""
