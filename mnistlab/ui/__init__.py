"""Everything between the lab and the screen: the only part of the package that knows Streamlit.

Importing it also has the server compute on one thread per operation, before numpy is imported.
"""

from mnistlab.operating_system import one_thread_per_operation

one_thread_per_operation()
