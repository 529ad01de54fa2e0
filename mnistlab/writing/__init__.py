"""What the generated digits are written with: stroke templates, a pen, and processes that write."""
