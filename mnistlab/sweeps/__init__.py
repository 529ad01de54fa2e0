"""Many networks trained at once, on one device, on many, or on several hosts."""
