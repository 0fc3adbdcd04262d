"""Waits, answers, staff and promises at a service desk."""
