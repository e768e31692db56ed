"""`python3 -m praktika.native_jobs NAME`: the command of the jobs that praktika itself adds."""

import sys

from praktika.pipeline.native import main

if __name__ == "__main__":
    main(sys.argv[1:])
