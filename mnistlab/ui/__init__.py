"""Everything between the lab and the screen: the only part of the package that knows Streamlit."""
