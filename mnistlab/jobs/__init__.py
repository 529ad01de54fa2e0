"""Runs that go on whatever the pages do: labs, their trainers, and the worker processes they share."""
