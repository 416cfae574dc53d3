"""The command ``taut``. See docs/command_line.md."""
