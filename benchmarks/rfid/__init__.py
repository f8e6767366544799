"""LLRP: reports decoded a second beside sllurp and llrpkit, and what a live reader costs."""
