"""`python -m praktika_controller`."""

import sys

from praktika_controller.main import main

sys.exit(main())
