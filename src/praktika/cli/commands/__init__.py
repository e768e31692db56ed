"""The commands, one file each: reads its arguments, asks `wiring`, says what came of it."""
