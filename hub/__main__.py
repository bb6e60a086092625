"""`python -m hub` is the `hub` command, for when the script is not on the path."""

from hub.cli import main

if __name__ == "__main__":
    main()
