"""``python -m taut.torch program.py``: see :mod:`taut.torch`."""

import sys

from taut.torch._run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
