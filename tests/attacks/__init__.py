"""What strangers may send, kind by kind, each built in a line or two; `tests/test_attacks.py` sends it."""
