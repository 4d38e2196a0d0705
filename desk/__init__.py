"""ACT: the numbers, exports and (later) cases that agencies work with."""
