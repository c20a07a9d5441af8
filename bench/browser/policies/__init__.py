"""How tasks of MiniWoB++ are done by our actions alone; `base` has the table of them."""
