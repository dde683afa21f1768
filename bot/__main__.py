"""`python -m bot` is the same as `handoff-bot`."""

from bot.cli import main

if __name__ == "__main__":
    main()
