"""Plans of runs: what was asked for, settled, compiled and decided."""
