"""Tests of mnistlab."""
