"""`python -m perfsite` is `perfsite`."""

from perfsite.cli import main

if __name__ == "__main__":
    main()
