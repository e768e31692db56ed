"""`python -m praktika`."""

from praktika.cli.main import main

main()
