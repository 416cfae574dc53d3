"""``python -m taut``: the command line of docs/command_line.md."""

import sys

if __name__ == "__main__":
    from taut._cli.main import main

    sys.exit(main())
