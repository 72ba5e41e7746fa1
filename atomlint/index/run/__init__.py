"""Running programs on sets of possible values, to see who calls whom (``machine``); the code itself is never executed."""
