"""What the generated digits are written with: stroke templates, splines and a pen."""
